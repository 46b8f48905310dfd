#define _GNU_SOURCE
#include "family.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "launches.h"

int descriptors_of(pid_t pid) {
  char path[64];
  int count = 0;
  snprintf(path, sizeof path, "/proc/%d/fd", pid);
  DIR *directory = opendir(path);
  while (directory && readdir(directory)) count++;
  if (directory) closedir(directory);
  return count;
}

/// Calls `visit` with each child of each thread (proc_pid_task_tid_children(5)).
static void for_children(pid_t pid, void (*visit)(pid_t child, void *context), void *context) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", pid);
  DIR *tasks = opendir(path);
  struct dirent *entry;
  while (tasks && (entry = readdir(tasks))) {
    char list[320];
    snprintf(list, sizeof list, "/proc/%d/task/%s/children", pid, entry->d_name);
    FILE *children = entry->d_name[0] == '.' ? NULL : fopen(list, "r");
    pid_t child;
    while (children && fscanf(children, "%d", &child) == 1) visit(child, context);
    if (children) fclose(children);
  }
  if (tasks) closedir(tasks);
}

static void add_family(pid_t pid, void *count) { *(int *)count += 1 + count_descendants(pid); }

static void keep_first(pid_t pid, void *first) {
  if (*(pid_t *)first == 0) *(pid_t *)first = pid;
}

int count_descendants(pid_t pid) {
  int count = 0;
  for_children(pid, add_family, &count);
  return count;
}

void expect_descendants(int count, const char *when) {
  int found = -1;
  // What was killed ends soon, but not at once.
  for (int round = 0; round < 5000 && (found = count_descendants(getpid())) != count; round++) usleep(1000);
  expect(found == count, "%s: %d processes instead of %d", when, found, count);
}

pid_t child_of(pid_t pid) {
  pid_t first = 0;
  for_children(pid, keep_first, &first);
  return first;
}

pid_t number_of(int pidfd) {
  char path[64], line[128];
  pid_t number = 0;
  snprintf(path, sizeof path, "/proc/self/fdinfo/%d", pidfd);
  FILE *lines = fopen(path, "r");
  while (lines && fgets(line, sizeof line, lines))
    if (sscanf(line, "Pid: %d", &number) == 1) break;
  if (lines) fclose(lines);
  return number > 0 ? number : 0;
}

unsigned long long handled_signals(pid_t pid) {
  char path[64], line[256];
  unsigned long long signals = ~0ULL;
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  FILE *status = fopen(path, "r");
  while (status && fgets(line, sizeof line, status))
    if (sscanf(line, "SigCgt: %llx", &signals) == 1) break;
  if (status) fclose(status);
  return signals;
}

bool memory_holds(pid_t pid, const char *needle, size_t length) {
  char path[64], line[512];
  static char page[1 << 16];
  snprintf(path, sizeof path, "/proc/%d/maps", pid);
  FILE *maps = fopen(path, "r");
  snprintf(path, sizeof path, "/proc/%d/mem", pid);
  FILE *memory = fopen(path, "r");
  bool found = false;
  expect(maps && memory, "the memory of %d can be looked at", pid);
  while (maps && memory && !found && fgets(line, sizeof line, maps)) {
    unsigned long start, end;
    char permissions[5];
    if (sscanf(line, "%lx-%lx %4s", &start, &end, permissions) != 3 || permissions[1] != 'w') continue;
    for (unsigned long at = start; at < end && !found; at += sizeof page / 2) {
      ssize_t count = pread(fileno(memory), page, sizeof page, (off_t)at);
      found = count > 0 && memmem(page, (size_t)count, needle, length) != NULL;
    }
  }
  if (maps) fclose(maps);
  if (memory) fclose(memory);
  memset(page, 0, sizeof page);
  return found;
}
