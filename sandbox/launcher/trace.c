// Which line of the script made a refused call: the interpreter says it, in a signal handler of its own.
//
// The guest registers CPython's faulthandler for AIRLOCK_TRACE_SIGNAL, which writes the thread's traceback to
// AIRLOCK_TRACE_DESCRIPTOR in C, without running a line of Python. The signal breaks off the wait for init's answer
// before the call is done; the handler runs; and because it was registered with SA_RESTART the thread makes the same call
// once more (signal(7)). That second notification tells init that the traceback is written, and only it is answered.
//
// SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV must stay unset for that: with it no signal breaks off the wait.
//
// What comes is the script's own word and no evidence: it may block the signal, take the handler away or write what it
// likes. Init hands the bytes on and never looks at them.
#define _GNU_SOURCE
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "raw.h"

/// How long the interpreter may take, most of which is waiting for a processor. Taken once per run at most.
enum { PATIENCE_MS = 100 };

uint64_t monotonic_ns(void) {
  struct timespec now = {0};
  raw(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
}

/// Empties the pipe of what the script, or an earlier and longer traceback, has left there. A pipe holds 64 KiB, and the
/// script cannot change that; more than that in one go was written meanwhile and is not waited for.
static void discard(int trace) {
  char rest[4096];
  for (int round = 0; round < 17 && raw(SYS_read, trace, rest, sizeof rest) > 0; round++) continue;
}

bool ask_for_line(struct monitor *monitor, const struct seccomp_notif *call, const struct seccomp_notif_resp *reply,
                  int kind, bool kills) {
  if (!monitor->locked || monitor->trace < 0 || monitor->question.is_open || kind < 0) return false;
  // To the kernel a number of -1 is no call, so none is made again: the thread would see ERESTARTSYS itself.
  if (call->data.nr < 0) return false;
  // The call that ends the run is worth a line whatever came before.
  if (!kills && (monitor->traces >= AIRLOCK_TRACES || monitor->traces_of_kind[kind] >= AIRLOCK_TRACES_PER_KIND))
    return false;
  discard(monitor->trace);
  // Of the payload's own threads only: the number is not another's as long as the payload is not reaped.
  if (raw(SYS_tgkill, monitor->payload, call->pid, AIRLOCK_TRACE_SIGNAL) != 0) return false;
  monitor->traces++;
  monitor->traces_of_kind[kind]++;
  monitor->question.is_open = true;
  monitor->question.kills = kills;
  monitor->question.call = *call;
  monitor->question.reply = *reply;
  monitor->question.deadline_ns = monotonic_ns() + PATIENCE_MS * 1000000ULL;
  return true;
}

bool is_asked_about(const struct monitor *monitor, const struct seccomp_notif *call) {
  const struct seccomp_notif *asked = &monitor->question.call;
  if (!monitor->question.is_open || asked->pid != call->pid || asked->data.nr != call->data.nr ||
      asked->data.instruction_pointer != call->data.instruction_pointer)
    return false;
  for (int index = 0; index < 6; index++)
    if (asked->data.args[index] != call->data.args[index]) return false;
  return true;
}

void report_line(struct monitor *monitor) {
  struct {
    struct airlock_report head;
    char text[AIRLOCK_TRACE_BYTES];
  } record;
  _Static_assert(sizeof record <= 4096, "a record is written whole only up to PIPE_BUF");
  long count = raw(SYS_read, monitor->trace, record.text, sizeof record.text);
  if (count <= 0) return;
  record.head = (struct airlock_report){
      .event = AIRLOCK_EVENT_TRACE, .syscall = monitor->question.call.data.nr, .text_bytes = (uint32_t)count};
  raw(SYS_write, monitor->channels.report, &record, sizeof record.head + (size_t)count);
}
