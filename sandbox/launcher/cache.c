// What the two programs of the command line agree on: where the cache lies, and how a sandbox is handed over.
#include <stdio.h>
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

bool airlock_read_head_start(const char *word, struct airlock_child *child, struct airlock_streams *streams,
                             int *specification, const char **path) {
  int end = 0;
  if (word[0] == '-' && word[1] == ' ') {
    *path = word + 2;
    return false;
  }
  int count = sscanf(word, "%d %d %d %d %d %d %d %d %d %n", &child->pid, &child->pidfd, &child->control,
                     &child->report, &streams->output, &streams->errors, &streams->requests, &streams->replies,
                     specification, &end);
  *path = count == 9 && end > 0 && word[end] != 0 ? word + end : NULL;
  return *path != NULL;
}
