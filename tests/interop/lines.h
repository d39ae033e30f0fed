/* SPDX-License-Identifier: MIT */

#pragma once

#include <gio/gio.h>

/* The line language of the peers (see peers.py), for the peers written in C. */

#define LINES_HEADER "X-Interop"
#define LINES_REFUSAL "Not here \xf0\x9f\x9a\xab"

extern const char *const lines_supported[];

/* WORDS: the command's name and what follows it, NULL-terminated. */
typedef void (*LinesCommand) (guint number, char **words);

void lines_run (LinesCommand command);

GBytes *lines_bytes (const char *word);
char *lines_text (const char *word);
char **lines_list (const char *word);

/* The options of `deflate` (see peers.py), as KEY or KEY=NUMBER; NULL for `off`. */
char **lines_deflate (const char *word);

void lines_listening (guint port);
void lines_ready (void);
void lines_report_data (guint number, const char *event, gconstpointer data, gsize size);
void lines_report_bytes (guint number, const char *event, GBytes *bytes);
void lines_report_open (guint number, const char *path, const char *protocol, const char *header);
void lines_report_refused (guint number, guint status, const char *header, GBytes *body);
void lines_report_closed (guint number, guint code, const char *reason);
