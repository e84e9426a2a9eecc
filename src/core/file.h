/*
 * Files that people send. The bytes lie in the data folder under their hash,
 * files/ab/abcdef…, each content once; they are on the disk before the
 * transaction that names them begins. A row of core_file is one upload
 * (store/file.h).
 *
 * A form with a file keeps it at once, as its sender's: after a mistake
 * elsewhere in the form the file need not be chosen again. What no row has
 * named a day later is swept away, and so is what an upload that was cut short
 * left behind.
 */
#pragma once

#include "core/request.h"
#include "store/file.h"

/* The most bytes of a file: setting file_mb, in megabytes of a million bytes.
 */
int64_t file_most(const struct app *app);

/* Where they lie. */
const char *file_path(struct arena *a, const char *folder, const char *hash);
/* Puts the bytes where f->hash says, which it sets with size and type; the file
 * and its folder are on the disk when it returns OK. ERR_FULL, ERR_SYSTEM. */
enum status file_keep(const char *folder, struct arena *a, struct str bytes,
                      struct file *f) MUST_USE;
/* Inside a write: the row of core_file of bytes that were kept. ERR_STALE: the
 * sweep has taken them meanwhile, keep them anew; FILE_TRIES times at most. */
enum { FILE_TRIES = 3 };
enum status file_name_kept(struct conn *c, struct arena *a, const char *folder,
                           struct file *f) MUST_USE;
/* keep, and a row of core_file, in a write of its own: f->name and f->person
 * are given. */
enum status file_store(struct app *app, struct arena *a, struct str bytes,
                       struct file *f) MUST_USE;
/* Every file that the form brings becomes r->staged, which r->in then gives
 * under its name, as an id. Faults (an empty file, one too large) are in
 * r->errors under the name, and only there. */
enum status files_take(struct req *r) MUST_USE;
/* To read; -1 when the disk has it no more, which is logged. */
int file_open(const struct app *app, struct arena *a, const struct file *f);

/* What a death in the middle of an upload left: at the start of a server. */
void files_clear(const char *folder);
/* Until the descriptor is closed no bytes are swept away, by whichever process;
 * -1 where there are none. A sweep under way is waited for. ERR_SYSTEM: they
 * cannot be held. */
enum status files_hold(struct arena *a, const char *folder, int *fd) MUST_USE;
/* Uploads that no row names, and bytes that no upload names, a day later; none
 * while somebody holds them. */
enum status files_sweep(struct app *app, struct arena *a) MUST_USE;
