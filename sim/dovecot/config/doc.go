// Package config reads dovecot.conf as Dovecot 2.3 does (doc.dovecot.org,
// "Configuration File Syntax"): settings, sections, includes, filters, the kinds
// of values, and the words in which doveconf(1) complains or prints it all.
//
// What a setting is called, of which kind it is and what it defaults to stands
// in settings.tsv and services.tsv.
//
// It leaves out the translation of settings of Dovecot 1.x, the settings of
// plugins (the plugin section takes anything), host names in local and remote
// filters, and the consistency checks between settings that no mail server of
// the lab meets. The filters local, remote and local_name are read and printed
// but not applied.
package config
