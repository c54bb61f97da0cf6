package vfs

import (
	"fmt"
	"io/fs"
)

// Errno is a Linux error number. Its text is the one strerror(3) gives on Linux. Every failing call of
// this package returns a *fs.PathError that wraps an Errno.
type Errno uint16

// The error numbers this package returns, and those a host's other parts print alongside (errno(3)).
const (
	EPERM        Errno = 1
	ENOENT       Errno = 2
	EINTR        Errno = 4
	EIO          Errno = 5
	ENXIO        Errno = 6
	E2BIG        Errno = 7
	ENOEXEC      Errno = 8
	EBADF        Errno = 9
	EAGAIN       Errno = 11
	ENOMEM       Errno = 12
	EACCES       Errno = 13
	EBUSY        Errno = 16
	EEXIST       Errno = 17
	EXDEV        Errno = 18
	ENODEV       Errno = 19
	ENOTDIR      Errno = 20
	EISDIR       Errno = 21
	EINVAL       Errno = 22
	ENFILE       Errno = 23
	EMFILE       Errno = 24
	ENOTTY       Errno = 25
	ETXTBSY      Errno = 26
	EFBIG        Errno = 27
	ENOSPC       Errno = 28
	ESPIPE       Errno = 29
	EROFS        Errno = 30
	EMLINK       Errno = 31
	EPIPE        Errno = 32
	ENAMETOOLONG Errno = 36
	ENOSYS       Errno = 38
	ENOTEMPTY    Errno = 39
	ELOOP        Errno = 40
	EOPNOTSUPP   Errno = 95
	ESTALE       Errno = 116
	EDQUOT       Errno = 122
)

// Error returns the strerror(3) text.
func (e Errno) Error() string {
	switch e {
	case 0:
		return "Success"
	case EPERM:
		return "Operation not permitted"
	case ENOENT:
		return "No such file or directory"
	case EINTR:
		return "Interrupted system call"
	case EIO:
		return "Input/output error"
	case ENXIO:
		return "No such device or address"
	case E2BIG:
		return "Argument list too long"
	case ENOEXEC:
		return "Exec format error"
	case EBADF:
		return "Bad file descriptor"
	case EAGAIN:
		return "Resource temporarily unavailable"
	case ENOMEM:
		return "Cannot allocate memory"
	case EACCES:
		return "Permission denied"
	case EBUSY:
		return "Device or resource busy"
	case EEXIST:
		return "File exists"
	case EXDEV:
		return "Invalid cross-device link"
	case ENODEV:
		return "No such device"
	case ENOTDIR:
		return "Not a directory"
	case EISDIR:
		return "Is a directory"
	case EINVAL:
		return "Invalid argument"
	}
	return e.laterText()
}

// laterText continues Error for the numbers above EINVAL.
func (e Errno) laterText() string {
	switch e {
	case ENFILE:
		return "Too many open files in system"
	case EMFILE:
		return "Too many open files"
	case ENOTTY:
		return "Inappropriate ioctl for device"
	case ETXTBSY:
		return "Text file busy"
	case EFBIG:
		return "File too large"
	case ENOSPC:
		return "No space left on device"
	case ESPIPE:
		return "Illegal seek"
	case EROFS:
		return "Read-only file system"
	case EMLINK:
		return "Too many links"
	case EPIPE:
		return "Broken pipe"
	case ENAMETOOLONG:
		return "File name too long"
	case ENOSYS:
		return "Function not implemented"
	case ENOTEMPTY:
		return "Directory not empty"
	case ELOOP:
		return "Too many levels of symbolic links"
	case EOPNOTSUPP:
		return "Operation not supported"
	case ESTALE:
		return "Stale file handle"
	case EDQUOT:
		return "Disk quota exceeded"
	}
	return fmt.Sprintf("Unknown error %d", uint16(e))
}

// Is makes errors.Is(err, fs.ErrNotExist) and its siblings work.
func (e Errno) Is(target error) bool {
	switch target {
	case fs.ErrNotExist:
		return e == ENOENT
	case fs.ErrExist:
		return e == EEXIST || e == ENOTEMPTY
	case fs.ErrPermission:
		return e == EACCES || e == EPERM
	case fs.ErrClosed:
		return e == EBADF
	case fs.ErrInvalid:
		return e == EINVAL
	}
	return false
}

// ErrnoOf returns the Errno inside err, 0 for nil, and EIO for an error of another kind.
func ErrnoOf(err error) Errno {
	for err != nil {
		if e, ok := err.(Errno); ok {
			return e
		}
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return EIO
		}
		err = u.Unwrap()
	}
	return 0
}

// fail wraps e for the caller; 0 is success.
func fail(op, path string, e Errno) error {
	if e == 0 {
		return nil
	}
	return &fs.PathError{Op: op, Path: path, Err: e}
}
