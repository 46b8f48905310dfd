#include <seccomp.h>

// libseccomp's actions and errors are function-like macros, which Swift does not import.
static inline uint32_t airlock_scmp_act_errno(uint16_t error) { return SCMP_ACT_ERRNO(error); }
static const uint32_t AIRLOCK_SCMP_ACT_ALLOW = SCMP_ACT_ALLOW;
static const uint32_t AIRLOCK_SCMP_ACT_KILL_PROCESS = SCMP_ACT_KILL_PROCESS;
static const uint32_t AIRLOCK_SCMP_ACT_NOTIFY = SCMP_ACT_NOTIFY;
