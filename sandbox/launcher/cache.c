// What the two programs of the command line agree on: where the cache lies, and how a sandbox is handed over.
#define _GNU_SOURCE
#include <limits.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

static bool is_given(const char *_Nullable value) { return value != NULL && value[0] != 0; }

bool airlock_cache_directory(const char *_Nullable chosen, const char *_Nullable cache_home,
                             const char *_Nullable home, char *path, size_t size) {
  int length = -1;
  if (is_given(chosen))
    length = snprintf(path, size, "%s", chosen);
  else if (geteuid() == 0)
    length = snprintf(path, size, "/var/cache/airlock");
  else if (is_given(cache_home) && cache_home[0] == '/')
    length = snprintf(path, size, "%s/airlock", cache_home);
  else if (is_given(home) && home[0] == '/')
    length = snprintf(path, size, "%s/.cache/airlock", home);
  return length >= 0 && (size_t)length < size;
}

int airlock_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

/// Reads digits and the blank behind them; NULL where there is anything else.
static const char *_Nullable read_number(const char *word, int *number) {
  const char *first = word;
  *number = 0;
  for (; *word >= '0' && *word <= '9'; word++) {
    int digit = *word - '0';
    if (*number > (INT_MAX - digit) / 10) return NULL;
    *number = *number * 10 + digit;
  }
  return word > first && *word == ' ' ? word + 1 : NULL;
}

bool airlock_read_head_start(const char *word, struct airlock_child *child, struct airlock_streams *streams,
                             int *specification, const char **path) {
  if (word[0] == '-' && word[1] == ' ') {
    *path = word + 2;
    return false;
  }
  int *const numbers[] = {&child->pid,      &child->pidfd,      &child->control,   &child->report, &streams->output,
                          &streams->errors, &streams->requests, &streams->replies, specification};
  for (size_t index = 0; word != NULL && index < sizeof numbers / sizeof *numbers; index++)
    word = read_number(word, numbers[index]);
  *path = word != NULL && *word != 0 ? word : NULL;
  return *path != NULL;
}
