package vnet

// Errno is an error of the socket interface. Its value is the text that
// strerror(3) of glibc prints, so that tools can show it as the real ones do.
type Errno string

// The errors of the socket interface, see errno(3).
const (
	EACCES        Errno = "Permission denied"
	EADDRINUSE    Errno = "Address already in use"
	EADDRNOTAVAIL Errno = "Cannot assign requested address"
	EAGAIN        Errno = "Resource temporarily unavailable"
	ECONNABORTED  Errno = "Software caused connection abort"
	ECONNREFUSED  Errno = "Connection refused"
	ECONNRESET    Errno = "Connection reset by peer"
	EAFNOSUPPORT  Errno = "Address family not supported by protocol"
	EEXIST        Errno = "File exists"
	EHOSTUNREACH  Errno = "No route to host"
	ENOENT        Errno = "No such file or directory"
	EINVAL        Errno = "Invalid argument"
	EMSGSIZE      Errno = "Message too long"
	ENETDOWN      Errno = "Network is down"
	ENETUNREACH   Errno = "Network is unreachable"
	ENOBUFS       Errno = "No buffer space available"
	ENODEV        Errno = "No such device"
	ENOPROTOOPT   Errno = "Protocol not available"
	ENOTCONN      Errno = "Transport endpoint is not connected"
	EPERM         Errno = "Operation not permitted"
	EPIPE         Errno = "Broken pipe"
	ESRCH         Errno = "No such process"
	ETIMEDOUT     Errno = "Connection timed out"
)

// Error returns the text of strerror(3).
func (e Errno) Error() string { return string(e) }

// Timeout reports whether the error is a time-out; with Temporary it makes
// Errno a net.Error.
func (e Errno) Timeout() bool { return e == ETIMEDOUT || e == EAGAIN }

// Temporary reports whether a later try could succeed at once.
func (e Errno) Temporary() bool { return e == EAGAIN || e == ENOBUFS }

// deadlineError is the error of a Read whose deadline has passed.
type deadlineError struct{}

func (deadlineError) Error() string   { return "i/o timeout" }
func (deadlineError) Timeout() bool   { return true }
func (deadlineError) Temporary() bool { return true }

// ErrDeadline is returned by Read when the read deadline has passed. It is a
// net.Error with Timeout() true.
var ErrDeadline error = deadlineError{}
