/*
 * Loaded into node with LD_PRELOAD: makes its file calls fail, stop half way, or be its last.
 *
 *   KF=call:path:n:action[;…]
 *     call    write, sync, rename, link, truncate, open (to write, or mkdir), look (open to read), remove, or several:
 *             any; change (all but look); grow (write, open, rename, link: what a full disk refuses); opens (open, look);
 *             names (open, look, rename, link, remove: what permissions decide)
 *     path    part of the file's path
 *     n       the n-th such call, counted from 1; n+ for it and all after it
 *     action  E<errno>    fails with it
 *             short<k>    writes k bytes and says so
 *             torn<k>     writes k bytes and is killed
 *             kill        is killed before the call
 *             sig<n>      is sent the signal before the call, and goes on if it lives
 *   KF_COUNT=file, KF_UNDER=path
 *             appends one line a call on a path below KF_UNDER: what there is to kill at
 *   KF_HIT=file
 *             is created when a rule has struck
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum action { NONE, FAIL, SHORT, TORN, KILL, SIGNAL };
struct rule { char call[16], path[512]; int n, onwards, value, seen; enum action action; };

static struct rule rules[8];
static int rule_count, count_fd = -1;
static const char *under, *hit;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void read_rule(char *text) {
  struct rule *rule = &rules[rule_count];
  char n[16], action[16];
  if (sscanf(text, "%15[^:]:%511[^:]:%15[^:]:%15s", rule->call, rule->path, n, action) != 4) return;
  rule->n = atoi(n);
  rule->onwards = strchr(n, '+') != NULL;
  rule->value = atoi(action + strcspn(action, "0123456789"));
  rule->action = action[0] == 'E' ? FAIL : !strncmp(action, "short", 5) ? SHORT : action[0] == 't' ? TORN : action[0] == 's' ? SIGNAL : KILL;
  rule_count++;
}

__attribute__((constructor)) static void start(void) {
  char *text = getenv("KF"), *count = getenv("KF_COUNT"), *rest = NULL;
  /* git, which kitty may start, is none of the test's business. */
  if (strcmp(program_invocation_short_name, "node") != 0) return;
  under = getenv("KF_UNDER");
  hit = getenv("KF_HIT");
  if (count) count_fd = REAL(open)(count, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  for (text = text ? strtok_r(strdup(text), ";", &rest) : NULL; text && rule_count < 8; text = strtok_r(NULL, ";", &rest))
    read_rule(text);
}

static const char *path_of(int fd, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, 511);
  path[length < 0 ? 0 : length] = 0;
  return path;
}

static int is_of(const char *rule, const char *call) {
  const char *const several[][8] = {
    { "any", call },
    { "change", "write", "sync", "rename", "link", "truncate", "open", "remove" },
    { "grow", "write", "open", "rename", "link" },
    { "opens", "open", "look" },
    { "names", "open", "look", "rename", "link", "remove" },
  };
  for (size_t at = 0; at < sizeof several / sizeof *several; at++)
    if (!strcmp(rule, several[at][0]))
      for (int one = 1; one < 8 && several[at][one]; one++)
        if (!strcmp(several[at][one], call)) return 1;
  return !strcmp(rule, call);
}

static void note_hit(void) {
  if (hit) close(REAL(open64)(hit, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
}

/* What is to happen to this call; `value` is the errno or the number of bytes. */
static enum action met(const char *call, const char *path, int *value) {
  if (count_fd >= 0 && under && strstr(path, under)) dprintf(count_fd, "%s %s\n", call, path);
  for (int at = 0; at < rule_count; at++) {
    struct rule *rule = &rules[at];
    if (!is_of(rule->call, call) || !strstr(path, rule->path)) continue;
    int seen = __sync_add_and_fetch(&rule->seen, 1);
    if (seen != rule->n && !(rule->onwards && seen > rule->n)) continue;
    note_hit();
    if (rule->action == KILL) { kill(getpid(), SIGKILL); pause(); }
    if (rule->action == SIGNAL) { kill(getpid(), rule->value); return NONE; }
    *value = rule->value;
    return rule->action;
  }
  return NONE;
}

#define REFUSE(call, path) \
  do { int value; if (met(call, path, &value) == FAIL) { errno = value; return -1; } } while (0)
#define REFUSE_FD(call, fd) \
  do { char held[512]; REFUSE(call, path_of(fd, held)); } while (0)

/* The bytes to write, or -1 with errno set. */
static ssize_t allowed(int fd, size_t length, int *dies) {
  char path[512];
  int value;
  enum action action = met("write", path_of(fd, path), &value);
  *dies = action == TORN;
  if (action == FAIL) { errno = value; return -1; }
  if (action == NONE || (size_t)value > length) return length;
  return value;
}

static void die_if(int dies) { if (dies) { kill(getpid(), SIGKILL); pause(); } }

ssize_t write(int fd, const void *bytes, size_t length) {
  int dies;
  ssize_t some = allowed(fd, length, &dies);
  if (some < 0) return -1;
  ssize_t written = REAL(write)(fd, bytes, some);
  die_if(dies);
  return written;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
  int dies;
  ssize_t some = allowed(fd, length, &dies);
  if (some < 0) return -1;
  ssize_t written = REAL(pwrite64)(fd, bytes, some, offset);
  die_if(dies);
  return written;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  REFUSE_FD("write", fd);
  return REAL(writev)(fd, parts, count);
}

ssize_t sendfile64(int to, int from, off64_t *offset, size_t length) {
  REFUSE_FD("write", to);
  return REAL(sendfile64)(to, from, offset, length);
}

int fsync(int fd) { REFUSE_FD("sync", fd); return REAL(fsync)(fd); }
int fdatasync(int fd) { REFUSE_FD("sync", fd); return REAL(fdatasync)(fd); }
int ftruncate64(int fd, off64_t length) { REFUSE_FD("truncate", fd); return REAL(ftruncate64)(fd, length); }
int rename(const char *from, const char *to) { REFUSE("rename", to); return REAL(rename)(from, to); }
int unlink(const char *path) { REFUSE("remove", path); return REAL(unlink)(path); }
int rmdir(const char *path) { REFUSE("remove", path); return REAL(rmdir)(path); }
int link(const char *from, const char *to) { REFUSE("link", to); return REAL(link)(from, to); }
int symlink(const char *from, const char *to) { REFUSE("link", to); return REAL(symlink)(from, to); }
int mkdir(const char *path, mode_t mode) { REFUSE("open", path); return REAL(mkdir)(path, mode); }

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  REFUSE(flags & (O_ACCMODE | O_CREAT) ? "open" : "look", path);
  return REAL(open64)(path, flags, mode);
}
