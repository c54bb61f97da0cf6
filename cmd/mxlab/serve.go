package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"mxlab/webui"
)

type serveCmd struct {
	Addr    string `default:"127.0.0.1:8053" help:"Address to listen on."`
	Data    string `type:"path" placeholder:"DIR" help:"Folder that keeps sessions; without it they live in memory."`
	Gateway string `enum:"auto,on,off" default:"auto" help:"Whether programs of this machine may be let into sessions: on, off, or auto: only if the server listens on loopback."`
	Teacher string `placeholder:"KEY" env:"MXLAB_TEACHER" help:"Offer a class wall at /wall?key=KEY."`
	Verbose bool   `short:"v" help:"Log what the server does."`
}

// shutdownTime is how long a stopping server waits for its clients.
const shutdownTime = 5 * time.Second

func (c *serveCmd) Run(a *app) error {
	level := slog.LevelWarn
	if c.Verbose {
		level = slog.LevelInfo
	}
	s, err := webui.New(webui.Config{Lib: a.lib, Data: c.Data, Teacher: c.Teacher, Gateway: c.gateway(), Log: slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: level}))})
	if err != nil {
		return usageError{err}
	}
	defer s.Close()
	l, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return usageError{err}
	}
	fmt.Fprintf(a.stdout, "mxlab: the lab is open at http://%s/  (Ctrl+C ends it)\n", l.Addr())
	srv := s.HTTP(c.Addr)
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-a.ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	srv.Shutdown(ctx)
	srv.Close()
	if err := <-ended; err != nil && !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// gateway reports whether sessions may have a gateway: whoever may drive a
// session opens ports on this machine with it.
func (c *serveCmd) gateway() bool {
	if c.Gateway != "auto" {
		return c.Gateway == "on"
	}
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return false
	}
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}
