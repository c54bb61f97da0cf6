package main

import "errors"

type serveCmd struct {
	Addr string `default:"127.0.0.1:8053" help:"Address to listen on."`
	Data string `type:"path" placeholder:"DIR" help:"Folder that keeps sessions; without it they live in memory."`
}

func (c *serveCmd) Run(a *app) error { return errors.New("serve: being written") }
