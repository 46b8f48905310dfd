// Thin names for what Swift's view of the C library leaves out.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "internal.h"

uint64_t airlock_all_namespaces(void) {
  return CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
}

uint64_t airlock_slot_namespaces(void) { return CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC; }

int airlock_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int airlock_event(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int airlock_timer(void) { return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK); }

void airlock_set_timer(int timer, unsigned milliseconds) {
  struct itimerspec setting = {.it_value = {milliseconds / 1000, milliseconds % 1000 * 1000000L}};
  timerfd_settime(timer, 0, &setting, NULL);
}

int airlock_processor(void) { return sched_getcpu(); }

bool airlock_allowed_processors(pid_t process, struct airlock_processors *set) {
  *set = (struct airlock_processors){{0}};
  return sched_getaffinity(process, sizeof set->mask, (cpu_set_t *)set->mask) == 0;
}

bool airlock_allow_processors(pid_t process, const struct airlock_processors *set) {
  return sched_setaffinity(process, sizeof set->mask, (const cpu_set_t *)set->mask) == 0;
}

/// The soft limit before it was raised; 0 as long as it was not.
static _Atomic rlim_t descriptors_before;

void airlock_raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
  rlim_t before = limit.rlim_cur, none = 0;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) == 0) atomic_compare_exchange_strong(&descriptors_before, &none, before);
}

void airlock_restore_descriptor_limit(pid_t process) {
  struct rlimit limit;
  rlim_t before = atomic_load(&descriptors_before);
  if (before == 0 || prlimit(process, RLIMIT_NOFILE, NULL, &limit) != 0 || limit.rlim_max < before) return;
  limit.rlim_cur = before;
  prlimit(process, RLIMIT_NOFILE, &limit, NULL);
}

int airlock_spawn_directory(posix_spawn_file_actions_t *actions, const char *path) {
  return posix_spawn_file_actions_addchdir_np(actions, path);
}

int airlock_attribute(const char *path, const char *name) {
  unsigned char value[2];
  return getxattr(path, name, value, sizeof value) == 1 ? value[0] : -1;
}

const char *airlock_signal_name(int number) { return sigabbrev_np(number); }
