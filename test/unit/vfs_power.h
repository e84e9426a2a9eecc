/*
 * A disk whose power can be cut. Beside every file it keeps what the disk
 * surely holds: what was synced, in entries of a synced folder. At a cut, what
 * was written since is kept, lost or torn by chance, in sectors of 512 bytes
 * and in no order, as a disk without a battery may do.
 *
 * The program goes on: a cut is a picture of the disk at that moment, which is
 * written to another folder and opened there.
 */
#pragma once

#include "base/arena.h"

/* SQLite knows it as "power". told is asked, in the thread that writes, right
 * before the picture is taken. */
void power_start(uint64_t seed, void (*told)(void));
void power_stop(void);
/* Takes the next picture after so many writes, syncs and deletions. */
void power_cut_after(int operations);
/* Waits for the picture and writes it to the folder. False: nothing was written
 * for ten seconds. */
bool power_picture(const char *folder);
/* Since power_start: how many pictures lost something that had been written. */
int power_losses(void);
