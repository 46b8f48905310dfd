// What stands in for Python around `sandbox/zygote/module.c`: as much of the stable ABI as the module calls, and
// `zygote.py` in C. It takes `serve` and `lock` from the module's definition as an import does; a slot's script is the
// name of a mode.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../sandbox/zygote/python.h"
#include "airlock_launcher.h"
#include "modes.h"

enum { NOT_READY = 71, REPLIES = 3, REQUESTS = 4 };

struct _object {
  long value;
};

static struct _object module, number;
static struct module_definition *definition;
static enum { WHOLE, FORKING, IN_CHILD, BROKEN } fork_state;

PyObject *PyModule_Create2(struct module_definition *made, int version) {
  definition = made;
  return version == STABLE_ABI ? &module : NULL;
}

PyObject *PyLong_FromLong(long value) {
  number.value = value;
  return &number;
}

void PyOS_BeforeFork(void) { fork_state = fork_state == WHOLE ? FORKING : BROKEN; }
void PyOS_AfterFork_Parent(void) { fork_state = fork_state == FORKING ? WHOLE : BROKEN; }
void PyOS_AfterFork_Child(void) { fork_state = fork_state == FORKING ? IN_CHILD : BROKEN; }

PyObject *PyInit_airlock_zygote(void);

static bool call(const char *name) {
  for (struct method *method = definition->methods; method->name != NULL; method++)
    if (strcmp(method->name, name) == 0 && method->flags == METH_NOARGS) return method->call(&module, NULL) == &number;
  return false;
}

/// As faulthandler does, which the guest registers.
static void name_line(int signal) {
  static const char line[] = "a line\n";
  (void)signal;
  if (write(AIRLOCK_TRACE_DESCRIPTOR, line, sizeof line - 1) < 0) _exit(NOT_READY);
}

static void *wait_for_good(void *unused) {
  for (;;) pause();
  return unused;
}

int main(int count, char **arguments) {
  pthread_t thread;
  if (count > 1 && strcmp(arguments[1], "threaded") == 0 && pthread_create(&thread, NULL, wait_for_good, NULL) != 0)
    return NOT_READY;
  struct sigaction action = {.sa_handler = name_line, .sa_flags = SA_RESTART};
  if (sigaction(AIRLOCK_TRACE_SIGNAL, &action, NULL) != 0) return NOT_READY;
  char *memory = mmap(NULL, SECRET_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return NOT_READY;
  make_secret(memory);
  if (PyInit_airlock_zygote() != &module || !call("serve") || fork_state != IN_CHILD) return NOT_READY;
  // From here on in a slot.
  if (!call("lock") || write(REQUESTS, "locked", 6) != 6) return NOT_READY;
  // Stays there when the slot ends, in a directory that no other slot has.
  if (open("left", O_WRONLY | O_CREAT | O_EXCL, 0600) != AIRLOCK_TRACE_DESCRIPTOR + 1 ||
      close(AIRLOCK_TRACE_DESCRIPTOR + 1) != 0)
    return NOT_READY;
  int unmet = start_up();
  if (unmet) return 100 + unmet;
  char mode[32] = "";
  if (read(REPLIES, mode, sizeof mode - 1) <= 0) return NOT_READY;
  return perform(mode);
}
