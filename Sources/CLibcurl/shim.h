// libcurl through a table of functions that is filled on first use: linked, it would bring some 25 shared libraries to
// every start of a program that may make no request at all. The table's types are those of curl's own headers.
//
// curl_easy_setopt, curl_easy_getinfo and curl_multi_setopt are variadic, which Swift does not call: there is one
// function here for each type of argument, and it refuses options of another type.
#pragma once
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#if LIBCURL_VERSION_NUM < 0x075800
#error "Airlock needs the headers of libcurl 7.88 or newer (libcurl4-openssl-dev)"
#endif

#define AIRLOCK_CURL_FUNCTIONS(X) \
  X(global_init) X(version_info) X(slist_append) X(slist_free_all) \
  X(easy_init) X(easy_cleanup) X(easy_reset) X(easy_setopt) X(easy_getinfo) X(easy_pause) X(easy_strerror) \
  X(easy_perform) \
  X(multi_init) X(multi_cleanup) X(multi_setopt) X(multi_add_handle) X(multi_remove_handle) \
  X(multi_socket_action) X(multi_info_read)

struct airlock_curl {
#define AIRLOCK_CURL_FIELD(name) __typeof__(curl_##name) *name;
  AIRLOCK_CURL_FUNCTIONS(AIRLOCK_CURL_FIELD)
#undef AIRLOCK_CURL_FIELD
};

typedef const struct airlock_curl *_Nonnull airlock_curl_ref;

// Loads the library and finds every function: dlopen(3), dlsym(3). The table is never freed, the library never closed.
// On failure, NULL; *missing is then the loader's own sentence, valid until the next call of this thread.
static inline const struct airlock_curl *_Nullable airlock_curl_load(
    const char *_Nonnull library_name, const char *_Nullable *_Nonnull missing) {
  struct airlock_curl *table = malloc(sizeof *table);
  if (table == NULL) {
    *missing = "out of memory";
    return NULL;
  }
  // Now and not lazily: what is missing has to show here, not as a crash at the first call.
  void *library = dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) goto failed;
#define AIRLOCK_CURL_FIND(name) \
  if ((table->name = (__typeof__(table->name))dlsym(library, "curl_" #name)) == NULL) goto failed;
  AIRLOCK_CURL_FUNCTIONS(AIRLOCK_CURL_FIND)
#undef AIRLOCK_CURL_FIND
  return table;
failed:
  *missing = dlerror();
  free(table);
  return NULL;
}

static inline CURLcode airlock_curl_global_init(airlock_curl_ref curl) {
  return curl->global_init(CURL_GLOBAL_DEFAULT);
}
static inline const curl_version_info_data *_Nullable airlock_curl_version(airlock_curl_ref curl) {
  return curl->version_info(CURLVERSION_NOW);
}
static inline const char *_Nullable airlock_curl_message(airlock_curl_ref curl, CURLcode code) {
  return curl->easy_strerror(code);
}
static inline struct curl_slist *_Nullable airlock_curl_append(
    airlock_curl_ref curl, struct curl_slist *_Nullable list, const char *_Nonnull line) {
  return curl->slist_append(list, line);
}
static inline void airlock_curl_free_list(airlock_curl_ref curl, struct curl_slist *_Nullable list) {
  curl->slist_free_all(list);
}

// Easy handles.
static inline CURL *_Nullable airlock_easy_init(airlock_curl_ref curl) { return curl->easy_init(); }
static inline void airlock_easy_cleanup(airlock_curl_ref curl, CURL *_Nonnull easy) { curl->easy_cleanup(easy); }
static inline void airlock_easy_reset(airlock_curl_ref curl, CURL *_Nonnull easy) { curl->easy_reset(easy); }
// The whole transfer at once: what the benchmarks compare with.
static inline CURLcode airlock_easy_perform(airlock_curl_ref curl, CURL *_Nonnull easy) {
  return curl->easy_perform(easy);
}
static inline CURLcode airlock_easy_unpause(airlock_curl_ref curl, CURL *_Nonnull easy) {
  return curl->easy_pause(easy, CURLPAUSE_CONT);
}

// An option's number tells the type of its argument: CURLOPTTYPE_ in curl.h.
#define AIRLOCK_REQUIRE_TYPE(option, type) \
  if ((int)(option) / 10000 * 10000 != (type)) return CURLE_BAD_FUNCTION_ARGUMENT

static inline CURLcode airlock_easy_set_long(airlock_curl_ref curl, CURL *_Nonnull easy, CURLoption option, long value) {
  AIRLOCK_REQUIRE_TYPE(option, CURLOPTTYPE_LONG);
  return curl->easy_setopt(easy, option, value);
}
static inline CURLcode airlock_easy_set_offset(
    airlock_curl_ref curl, CURL *_Nonnull easy, CURLoption option, curl_off_t value) {
  AIRLOCK_REQUIRE_TYPE(option, CURLOPTTYPE_OFF_T);
  return curl->easy_setopt(easy, option, value);
}
static inline CURLcode airlock_easy_set_text(
    airlock_curl_ref curl, CURL *_Nonnull easy, CURLoption option, const char *_Nullable value) {
  AIRLOCK_REQUIRE_TYPE(option, CURLOPTTYPE_STRINGPOINT);
  return curl->easy_setopt(easy, option, value);
}
static inline CURLcode airlock_easy_set_pointer(
    airlock_curl_ref curl, CURL *_Nonnull easy, CURLoption option, void *_Nullable value) {
  AIRLOCK_REQUIRE_TYPE(option, CURLOPTTYPE_CBPOINT);
  return curl->easy_setopt(easy, option, value);
}
static inline CURLcode airlock_easy_set_list(
    airlock_curl_ref curl, CURL *_Nonnull easy, CURLoption option, struct curl_slist *_Nullable value) {
  AIRLOCK_REQUIRE_TYPE(option, CURLOPTTYPE_SLISTPOINT);
  return curl->easy_setopt(easy, option, value);
}
static inline CURLcode airlock_easy_on_write(airlock_curl_ref curl, CURL *_Nonnull easy, curl_write_callback call) {
  return curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, call);
}
static inline CURLcode airlock_easy_on_header(airlock_curl_ref curl, CURL *_Nonnull easy, curl_write_callback call) {
  return curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, call);
}
static inline CURLcode airlock_easy_on_read(airlock_curl_ref curl, CURL *_Nonnull easy, curl_read_callback call) {
  return curl->easy_setopt(easy, CURLOPT_READFUNCTION, call);
}
static inline CURLcode airlock_easy_on_seek(airlock_curl_ref curl, CURL *_Nonnull easy, curl_seek_callback call) {
  return curl->easy_setopt(easy, CURLOPT_SEEKFUNCTION, call);
}
static inline CURLcode airlock_easy_on_ready(airlock_curl_ref curl, CURL *_Nonnull easy, curl_prereq_callback call) {
  return curl->easy_setopt(easy, CURLOPT_PREREQFUNCTION, call);
}
static inline CURLcode airlock_easy_on_open(airlock_curl_ref curl, CURL *_Nonnull easy, curl_opensocket_callback call) {
  return curl->easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, call);
}
static inline CURLcode airlock_easy_on_close(
    airlock_curl_ref curl, CURL *_Nonnull easy, curl_closesocket_callback call) {
  return curl->easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, call);
}

#define AIRLOCK_REQUIRE_INFO(info, type) \
  if (((int)(info)&CURLINFO_TYPEMASK) != (type)) return CURLE_BAD_FUNCTION_ARGUMENT

static inline CURLcode airlock_easy_get_long(
    airlock_curl_ref curl, CURL *_Nonnull easy, CURLINFO info, long *_Nonnull value) {
  AIRLOCK_REQUIRE_INFO(info, CURLINFO_LONG);
  return curl->easy_getinfo(easy, info, value);
}
static inline CURLcode airlock_easy_get_offset(
    airlock_curl_ref curl, CURL *_Nonnull easy, CURLINFO info, curl_off_t *_Nonnull value) {
  AIRLOCK_REQUIRE_INFO(info, CURLINFO_OFF_T);
  return curl->easy_getinfo(easy, info, value);
}

// The multi handle.
static inline CURLM *_Nullable airlock_multi_init(airlock_curl_ref curl) { return curl->multi_init(); }
static inline void airlock_multi_cleanup(airlock_curl_ref curl, CURLM *_Nonnull multi) { curl->multi_cleanup(multi); }
static inline CURLMcode airlock_multi_set_long(
    airlock_curl_ref curl, CURLM *_Nonnull multi, CURLMoption option, long value) {
  if ((int)option / 10000 * 10000 != CURLOPTTYPE_LONG) return CURLM_BAD_FUNCTION_ARGUMENT;
  return curl->multi_setopt(multi, option, value);
}
static inline CURLMcode airlock_multi_add(airlock_curl_ref curl, CURLM *_Nonnull multi, CURL *_Nonnull easy) {
  return curl->multi_add_handle(multi, easy);
}
static inline CURLMcode airlock_multi_remove(airlock_curl_ref curl, CURLM *_Nonnull multi, CURL *_Nonnull easy) {
  return curl->multi_remove_handle(multi, easy);
}
// Something can be done with the socket, CURL_CSELECT_ says what, 0 that libcurl has to look; or, with CURL_SOCKET_TIMEOUT,
// the timer is over.
static inline CURLMcode airlock_multi_act(
    airlock_curl_ref curl, CURLM *_Nonnull multi, curl_socket_t socket, int readiness) {
  int running = 0;
  return curl->multi_socket_action(multi, socket, readiness, &running);
}
// Keeps the epoll(7) to what libcurl waits for, CURL_POLL_. What cannot be watched, for want of memory, ends with its
// transfer's timeout.
static inline void airlock_epoll_update(int epoll, curl_socket_t socket, int what) {
  struct epoll_event event = {.data.fd = socket};
  if (what & CURL_POLL_IN) event.events |= EPOLLIN;
  if (what & CURL_POLL_OUT) event.events |= EPOLLOUT;
  if (what == CURL_POLL_REMOVE)
    (void)epoll_ctl(epoll, EPOLL_CTL_DEL, socket, NULL);
  else if (epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event) != 0 && errno == EEXIST)
    (void)epoll_ctl(epoll, EPOLL_CTL_MOD, socket, &event);
}
static inline CURLMcode airlock_multi_on_socket(
    airlock_curl_ref curl, CURLM *_Nonnull multi, curl_socket_callback call, void *_Nonnull context) {
  CURLMcode code = curl->multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
  return code != CURLM_OK ? code : curl->multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, call);
}
static inline CURLMcode airlock_multi_on_timer(
    airlock_curl_ref curl, CURLM *_Nonnull multi, curl_multi_timer_callback call, void *_Nonnull context) {
  CURLMcode code = curl->multi_setopt(multi, CURLMOPT_TIMERDATA, context);
  return code != CURLM_OK ? code : curl->multi_setopt(multi, CURLMOPT_TIMERFUNCTION, call);
}

// What is waited for: the sockets, and an eventfd(2) that wakes who waits.
static inline int airlock_epoll_open(void) { return epoll_create1(EPOLL_CLOEXEC); }
static inline int airlock_wakeup_open(int epoll) {
  int wakeup = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = wakeup};
  if (wakeup < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, wakeup, &event) == 0) return wakeup;
  (void)close(wakeup);
  return -1;
}
static inline void airlock_wakeup_send(int wakeup) { (void)eventfd_write(wakeup, 1); }
struct airlock_ready {
  curl_socket_t socket;
  // As for airlock_multi_act.
  int readiness;
};
// Waits, and empties the wakeup. Returns how many sockets are ready, at most capacity: none after the time or a wakeup.
static inline int airlock_epoll_wait(
    int epoll, int wakeup, struct airlock_ready *_Nonnull ready, int capacity, int milliseconds) {
  struct epoll_event events[64];
  int count = epoll_wait(epoll, events, capacity < 64 ? capacity : 64, milliseconds), found = 0;
  for (int index = 0; index < count; index++) {
    eventfd_t value;
    uint32_t bits = events[index].events;
    if (events[index].data.fd == wakeup) {
      (void)eventfd_read(wakeup, &value);
      continue;
    }
    int readiness = (bits & EPOLLIN ? CURL_CSELECT_IN : 0) | (bits & EPOLLOUT ? CURL_CSELECT_OUT : 0);
    // An error or a hang-up is libcurl's to find out and to name.
    if (bits & ~(uint32_t)(EPOLLIN | EPOLLOUT)) readiness = 0;
    ready[found++] = (struct airlock_ready){.socket = events[index].data.fd, .readiness = readiness};
  }
  return found;
}
// The next transfer that ended, or NULL; what came of it is in *result.
static inline CURL *_Nullable airlock_multi_ended(
    airlock_curl_ref curl, CURLM *_Nonnull multi, CURLcode *_Nonnull result) {
  int left = 0;
  const CURLMsg *message;
  while ((message = curl->multi_info_read(multi, &left)) != NULL) {
    if (message->msg != CURLMSG_DONE) continue;
    *result = message->data.result;
    return message->easy_handle;
  }
  return NULL;
}
