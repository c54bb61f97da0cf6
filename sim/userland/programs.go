package userland

import (
	"maps"

	"mxlab/sim/host"
)

// Programs returns the commands of this package by name.
func Programs() host.Programs {
	all := host.Programs{}
	for _, group := range []host.Programs{filePrograms(), textPrograms(), systemPrograms(), networkPrograms()} {
		maps.Copy(all, group)
	}
	return all
}

// filePrograms are the commands about files: GNU coreutils, findutils, file.
func filePrograms() host.Programs {
	return host.Programs{
		"ls": runLs, "dir": runLs, "cp": runCp, "mv": runMv, "rm": runRm, "mkdir": runMkdir, "rmdir": runRmdir, "touch": runTouch,
		"ln": runLn, "chmod": runChmod, "chown": runChown, "chgrp": runChown, "find": runFind, "stat": runStat, "file": runFile,
		"df": runDf, "du": runDu, "basename": runBasename, "dirname": runDirname, "realpath": runRealpath, "readlink": runRealpath,
		"vi": runEditor, "vim": runEditor, "nano": runEditor, "emacs": runEditor, "editor": runEditor,
	}
}

// textPrograms are the commands that read and write text.
func textPrograms() host.Programs {
	return host.Programs{
		"cat": runCat, "head": runHead, "tail": runTail, "wc": runWc, "sort": runSort, "uniq": runUniq, "cut": runCut, "tr": runTr,
		"tee": runTee, "grep": runGrep, "egrep": runGrep, "fgrep": runGrep, "zgrep": runGrep, "sed": runSed, "diff": runDiff, "cmp": runCmp,
		"nl": runNl, "tac": runTac, "rev": runRev, "less": runPager, "more": runPager, "seq": runSeq, "yes": runYes, "xargs": runXargs,
		"man": runMan, "awk": runAwk, "mawk": runAwk, "gawk": runAwk,
	}
}

// systemPrograms are the commands about users, processes, units and the host.
func systemPrograms() host.Programs {
	return host.Programs{
		"ps": runPs, "top": runTop, "killall": runKillall, "pkill": runPgrep, "pgrep": runPgrep, "pidof": runPidof,
		"systemctl": runSystemctl, "service": runService, "journalctl": runJournalctl, "logger": runLogger,
		"date": runDate, "uptime": runUptime, "w": runWho, "who": runWho, "id": runID, "whoami": runWhoami, "groups": runGroups,
		"hostname": runHostname, "uname": runUname, "sleep": runSleep, "which": runWhich, "whereis": runWhereis, "env": runEnv,
		"printenv": runPrintenv, "clear": runClear, "reset": runClear, "nohup": runNohup,
		"su": runSu, "sudo": runSudo, "visudo": runVisudo, "nologin": runNologin, "tty": runTTY,
		"last": runLast, "lastb": runLast, "lastlog": runLastlog,
		"useradd": runUseradd, "usermod": runUsermod, "userdel": runUserdel, "adduser": runAdduser, "deluser": runDeluser,
		"groupadd": runGroupadd, "groupdel": runGroupdel, "gpasswd": runGpasswd, "addgroup": runAdduser, "delgroup": runDeluser,
		"passwd": runPasswd, "chpasswd": runChpasswd,
		"shutdown": runShutdown, "reboot": runPower, "poweroff": runPower, "halt": runPower, "timeout": runTimeout,
	}
}
