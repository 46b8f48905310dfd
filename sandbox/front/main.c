// `airlock`: launches the sandbox of the last such run, and becomes `airlock-engine`, which lies beside it.
//
// The engine, a large program, needs some milliseconds until its first line runs, and a fork of it takes one more. This
// one is small, static and without a C library (library.c): the sandbox's interpreter starts while the engine is loaded, on
// another core. See docs/architecture.md, "The head start".
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "airlock_launcher.h"

#define ENGINE "airlock-engine"
#define EX_SOFTWARE 70

static bool starts_with(const char *text, const char *prefix) { return strncmp(text, prefix, strlen(prefix)) == 0; }

/// A name that is a part of a file's name and of no other path.
static bool is_plain(const char *name) {
  size_t length = strlen(name);
  return length > 0 && length <= 60 &&
         strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == length;
}

/// A template's file, as the engine tells it from a name.
static bool is_path(const char *text) {
  size_t length = strlen(text);
  return strchr(text, '/') != NULL || (length > 3 && strcmp(text + length - 3, ".py") == 0);
}

/// The file that holds what this invocation's sandbox was the last time: `airlock run NAME` has one for each name, `airlock
/// run FILE` and `airlock exec FILE` one each, unless an option makes the sandbox one of a kind of its own.
static bool find_file(int argc, char **argv, char *path, size_t size) {
  static const char *const special[] = {"--isolation", "--limit", "--profile", "--seed", "--help", "-h"};
  if (argc < 3) return false;
  bool is_run = strcmp(argv[1], "run") == 0;
  if (!is_run && strcmp(argv[1], "exec") != 0) return false;
  const char *kind = !is_run ? "exec" : is_path(argv[2]) ? "path" : is_plain(argv[2]) ? "run-" : NULL;
  if (kind == NULL) return false;
  for (int index = 2; index < argc; index++)
    for (size_t option = 0; option < sizeof special / sizeof *special; option++)
      if (starts_with(argv[index], special[option])) return false;
  char directory[3500];
  if (!airlock_cache_directory(getenv("AIRLOCK_CACHE"), getenv("XDG_CACHE_HOME"), getenv("HOME"), directory,
                               sizeof directory))
    return false;
  int length = snprintf(path, size, "%s/launch-%s%s", directory, kind, kind[0] == 'r' ? argv[2] : "");
  return length > 0 && (size_t)length < size;
}

static bool is_ours(const struct stat *status) {
  return status->st_uid == geteuid() && (status->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/// Opens the file if nobody else can have put it there: what it holds decides what is started.
static int open_own(char *path) {
  struct stat status;
  char *slash = strrchr(path, '/');
  *slash = 0;
  bool ours = lstat(path, &status) == 0 && S_ISDIR(status.st_mode) && is_ours(&status);
  *slash = '/';
  int file = ours ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) : -1;
  if (file < 0 || (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && is_ours(&status))) return file;
  close(file);
  return -1;
}

static bool keep(int descriptor) { return fcntl(descriptor, F_SETFD, 0) == 0; }

/// Writes `all`, or answers with failure: the engine compares the bytes with what it wants.
static int copy_for_engine(const uint8_t *bytes, size_t length) {
  int copy = airlock_memory_file("airlock-launch");
  if (copy >= 0 && write(copy, bytes, length) == (ssize_t)length && keep(copy)) return copy;
  if (copy >= 0) close(copy);
  return -1;
}

/// Launches what the file holds and says so in `word`: the process, its descriptors and that of the specification.
static bool launch(int file, char *word, size_t size) {
  static alignas(8) uint8_t bytes[1 << 17];
  static struct airlock_plan_lists lists;
  static struct airlock_plan plan;
  ssize_t length = read(file, bytes, sizeof bytes);
  if (length <= 0 || !airlock_read_plan(bytes, (size_t)length, &lists, &plan)) return false;
  airlock_inject(&plan, getenv(AIRLOCK_FAIL_AT));
  int copy = copy_for_engine(bytes, (size_t)length);
  if (copy < 0) return false;
  struct airlock_child child;
  struct airlock_streams streams;
  int error = 0;
  // A failure is the engine's to find again and to explain.
  if (airlock_start(&plan, &child, &streams, &error) != AIRLOCK_STEP_NONE) {
    close(copy);
    return false;
  }
  const int given[] = {child.pidfd,    child.control,    child.report,    streams.output,
                       streams.errors, streams.requests, streams.replies, copy};
  for (size_t index = 0; index < sizeof given / sizeof *given; index++)
    if (!keep(given[index])) abort(); // these are open; the sandbox dies with this process
  snprintf(word, size, "%d %d %d %d %d %d %d %d %d", child.pid, given[0], given[1], given[2], given[3], given[4],
           given[5], given[6], given[7]);
  return true;
}

/// The engine lies beside this program, wherever a link to it lies.
static bool find_engine(char *path, size_t size) {
  ssize_t length = readlink("/proc/self/exe", path, size);
  if (length <= 0 || (size_t)length >= size) return false;
  path[length] = 0;
  char *name = strrchr(path, '/');
  if (name == NULL || (size_t)(name + 1 - path) + sizeof ENGINE > size) return false;
  strcpy(name + 1, ENGINE);
  return true;
}

/// What the system says about an error that a file of this program can have.
static const char *cause(int error) {
  switch (error) {
  case ENOENT: return "No such file or directory";
  case EACCES: return "Permission denied";
  case ENOEXEC: return "Exec format error";
  case ENOMEM: return "Cannot allocate memory";
  case E2BIG: return "Argument list too long";
  default: return NULL;
  }
}

static int complain(const char *before, const char *path, const char *after) {
  int error = errno;
  char text[5000], number[32];
  snprintf(number, sizeof number, "error %d", error);
  snprintf(text, sizeof text, "airlock: %s%s: %s%s\n", before, path, cause(error) ? cause(error) : number, after);
  ssize_t written = write(STDERR_FILENO, text, strlen(text));
  (void)written; // nowhere is left to say so
  return EX_SOFTWARE;
}

/// Becomes the engine, which has this environment with `variable` in it, if there is one, and no other of its name.
static void become_engine(const char *engine, char **argv, char *variable) {
  static const char name[] = AIRLOCK_HEAD_START "=";
  size_t count = 0, kept = 0;
  while (environ[count]) count++;
  char *environment[count + 2];
  for (size_t index = 0; index < count; index++)
    if (!starts_with(environ[index], name)) environment[kept++] = environ[index];
  if (variable) environment[kept++] = variable;
  environment[kept] = NULL;
  execve(engine, argv, environment);
}

int main(int argc, char **argv) {
  char engine[4096], file_path[4096], word[128], variable[4352];
  if (!find_engine(engine, sizeof engine))
    return complain("cannot tell where it lies: ", "/proc/self/exe", ". Mount /proc.");
  bool has_guess = find_file(argc, argv, file_path, sizeof file_path);
  if (has_guess) {
    int file = open_own(file_path);
    bool launched = file >= 0 && launch(file, word, sizeof word);
    if (file >= 0) close(file);
    snprintf(variable, sizeof variable, AIRLOCK_HEAD_START "=%s %s", launched ? word : "-", file_path);
  }
  become_engine(engine, argv, has_guess ? variable : NULL);
  return complain("cannot start ", engine, "\nhint: It belongs beside this program: 'make release' builds both.");
}
