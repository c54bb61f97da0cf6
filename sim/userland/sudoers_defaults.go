package userland

import (
	"fmt"
	"slices"
	"strings"
)

// sudoSettings are the names of Defaults entries (sudoers(5) "SUDOERS OPTIONS").
var sudoSettings = strings.Fields(`always_query_group_plugin always_set_home authenticate case_insensitive_group case_insensitive_user closefrom_override
 compress_io env_editor env_reset exec_background fast_glob fqdn ignore_audit_errors ignore_dot ignore_iolog_errors ignore_local_sudoers
 ignore_logfile_errors ignore_unknown_defaults insults intercept log_allowed log_denied log_host log_input log_output log_subcmds log_year long_otp_prompt
 mail_all_cmnds mail_always mail_badpass mail_no_host mail_no_perms mail_no_user match_group_by_gid netgroup_tuple noexec noninteractive_auth pam_acct_mgmt
 pam_rhost pam_ruser pam_session pam_setcred passprompt_override path_info preserve_groups pwfeedback requiretty root_sudo rootpw runas_allow_unknown_id
 runas_check_shell runaspw selinux set_home set_logname set_utmp setenv shell_noargs stay_setuid sudoedit_checkdir sudoedit_follow syslog_pid targetpw
 tty_tickets umask_override use_loginclass use_pty user_command_timeouts utmp_runas visiblepw closefrom command_timeout maxseq loglinelen passwd_timeout
 passwd_tries syslog_maxlen timestamp_timeout umask apparmor_profile authfail_message badpass_message editor intercept_type iolog_dir iolog_file iolog_flush
 limitprivs mailsub noexec_file pam_askpass_service pam_login_service pam_service passprompt privs role runas_default sudoers_locale timestamp_type
 timestampdir timestampowner type admin_flag env_file exempt_group group_plugin lecture lecture_file lecture_status_dir listpw log_format logfile mailerflags
 mailerpath mailfrom mailto rlimit_core restricted_env_file secure_path syslog syslog_badpri syslog_goodpri verifypw env_check env_delete env_keep`)

func (p *sudoersLine) defaults(first sudoToken) {
	binding := strings.TrimPrefix(first.text, "Defaults")
	if t := p.peek(); binding == "" && t.mark && (t.text == ":" || t.text == "!") && t.at == first.at+len("Defaults") {
		p.next()
		binding = t.text
		for _, i := range p.list() {
			binding += i.String()
		}
	} else if binding != "" && !strings.ContainsAny(binding[:1], "@>") {
		p.wrong(first)
	}
	for {
		setting, name := p.setting()
		if !slices.Contains(sudoSettings, name) {
			p.fail2(fmt.Sprintf("unknown defaults entry %q", name))
		}
		p.s.defaults = append(p.s.defaults, sudoDefault{binding, setting})
		switch t := p.next(); {
		case t.text == "" && t.mark:
			return
		case t.text != ",":
			p.wrong(t)
		}
	}
}

// fail2 reports what is wrong with a whole line: its place is the end, and the
// line is not shown.
func (p *sudoersLine) fail2(text string) {
	panic(syntaxError{sudoProblem{file: p.file, line: p.number, col: len(p.text) + 1, text: text}})
}

// setting reads [!]name[=value] or name+=value.
func (p *sudoersLine) setting() (setting, name string) {
	t := p.next()
	if t.mark && t.text == "!" {
		setting = "!"
		t = p.next()
	}
	if t.mark {
		p.wrong(t)
	}
	name = strings.TrimRight(t.text, "+-")
	setting += t.text
	if e := p.peek(); e.mark && e.text == "=" {
		p.next()
		for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\t') {
			p.at++
		}
		start, quoted := p.at, false
		for p.at < len(p.text) && (quoted || strings.IndexByte(", \t#", p.text[p.at]) < 0) {
			if p.text[p.at] == '"' {
				quoted = !quoted
			}
			p.at++
		}
		if start == p.at {
			p.wrong(sudoToken{at: p.at})
		}
		value := strings.Trim(p.text[start:p.at], `"`)
		setting += "=" + strings.ReplaceAll(strings.ReplaceAll(value, `\:`, ":"), ":", `\:`)
	}
	return setting, name
}
