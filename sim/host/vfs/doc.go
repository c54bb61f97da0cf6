// Package vfs is the disk of a simulated host: a POSIX file system held in memory.
//
// It models what the manual pages of section 2 (open, mkdir, rename, unlink, link, symlink, chmod,
// chown, path_resolution(7), inode(7)) say about one Linux host: owners, groups, permission bits with
// sticky, setuid and setgid, symbolic and hard links, special files, mounts with byte and inode limits,
// per-user quotas, and the errors, in the order in which Linux checks for them.
//
// An [Image] is a frozen disk that many worlds share. An [FS] is one host's disk: the image plus an
// overlay of the inodes that were changed since. A fresh FS over an image does no work per file.
// A [Snapshot] is the overlay at one moment and costs as much as there are changed inodes.
//
// Time comes from the caller (the world's clock). Inode numbers, directory order and the order of
// notifications are functions of the operations alone, so equal operations give equal disks.
//
// Left out: access times, extended attributes, ACLs, file locks, the sysctls protected_symlinks, _regular and _fifos,
// blocking on FIFOs (a host attaches behaviour through [Options.Special]), mounting over a directory
// that has content. Space is accounted in blocks of 4096 bytes; a directory always takes one block.
//
// An Image and a Snapshot may be used by many goroutines at a time. An FS belongs to one world and is
// not safe for concurrent use.
package vfs
