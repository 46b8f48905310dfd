// The processes that a test has made, as /proc shows them.
#ifndef AIRLOCK_FAMILY_H
#define AIRLOCK_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/// How many processes descend from this one.
int count_descendants(pid_t pid);
/// Waits, at most some seconds, until that many descend from this process.
void expect_descendants(int count, const char *when);
/// The first child of a process; 0 when it has none.
pid_t child_of(pid_t pid);
/// The process that a pidfd stands for; 0 when it is gone.
pid_t number_of(int pidfd);
/// How many descriptors a process has.
int descriptors_of(pid_t pid);
/// The signals that a process has handlers for, as bits.
unsigned long long handled_signals(pid_t pid);
/// Whether a process's writable memory holds `needle`.
bool memory_holds(pid_t pid, const char *needle, size_t length);

#endif
