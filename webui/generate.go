package webui

//go:generate go run ./gen
