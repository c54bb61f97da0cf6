package host

import (
	"io/fs"

	"mxlab/sim/host/vfs"
	"mxlab/sim/vnet"
)

// socketServer answers one request on a UNIX-domain socket. It must not wait.
type socketServer func(request []byte, peer vfs.Cred) []byte

type sockets struct{}

// ListenUnix makes a UNIX-domain socket at path (unix(7)) that answers each
// request with serve, and returns a function that closes and removes it. A
// socket file left over from a dead server is replaced.
func (h *Host) ListenUnix(path string, mode fs.FileMode, owner vfs.Cred, serve socketServer) (closeFn func(), err error) {
	if info, err := h.FS.Lstat(path, Root); err == nil && info.Mode().Type() == fs.ModeSocket {
		h.FS.Unlink(path, Root)
	}
	if err := h.FS.Mknod(path, fs.ModeSocket|mode.Perm(), vfs.Dev{}, Root); err != nil {
		return nil, err
	}
	if err := h.FS.Chown(path, int(owner.UID), int(owner.GID), Root); err != nil {
		return nil, err
	}
	table, _ := h.Value(sockets{}).(map[string]socketServer)
	if table == nil {
		table = map[string]socketServer{}
		h.SetValue(sockets{}, table)
	}
	table[path] = serve
	return func() {
		delete(table, path)
		h.FS.Unlink(path, Root)
	}, nil
}

// CallUnix sends a request to the server at a UNIX-domain socket and returns
// its answer. Errors are those of connect(2): ENOENT, EACCES (the socket needs
// write permission), ECONNREFUSED when nobody serves it.
func (h *Host) CallUnix(path string, request []byte, c vfs.Cred) ([]byte, error) {
	if err := h.FS.Access(path, vfs.MayWrite, c); err != nil {
		return nil, err
	}
	table, _ := h.Value(sockets{}).(map[string]socketServer)
	serve := table[path]
	if serve == nil {
		return nil, vnet.ECONNREFUSED
	}
	return serve(request, c), nil
}
