/*
 * Loaded into git with LD_PRELOAD: counts its steps, kills it at one of them, or slows each of them down. A step is a
 * call that changes a file: open for writing, write, rename, link, unlink, mkdir, rmdir, symlink, ftruncate.
 *
 *   KG_VERB=words   only this git command and what it starts ("worktree add"); any git command when not set
 *   KG_STEPS=file   one line per step: the call and its path
 *   KG_KILL=n       SIGKILL before the n-th step, counted over every process of the command (needs KG_STEPS)
 *   KG_WHOM=group   kills the whole process group; the one process when not set
 *   KG_DELAY=ms     waits before each step on a path that contains KG_SLOW
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
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int is_on, kill_at, delay_ms, steps_fd = -1;
static const char *slow;

__attribute__((constructor)) static void start(int argc, char **argv) {
  const char *verb = getenv("KG_VERB"), *steps = getenv("KG_STEPS"), *at = getenv("KG_KILL"), *ms = getenv("KG_DELAY");
  char words[512] = "";
  if (strcmp(program_invocation_short_name, "git") != 0) return;
  for (int i = 1; i < argc; i++) {
    strncat(words, argv[i], sizeof words - strlen(words) - 2);
    strcat(words, " ");
  }
  is_on = !verb || !*verb || getenv("KG_ON") || strstr(words, verb);
  if (!is_on) return;
  setenv("KG_ON", "1", 1);
  if (steps) steps_fd = REAL(open64)(steps, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  kill_at = at ? atoi(at) : 0;
  slow = getenv("KG_SLOW");
  delay_ms = ms ? atoi(ms) : 0;
}

static int lines_of(int fd) {
  char bytes[4096];
  int lines = 0;
  off64_t at = 0;
  for (ssize_t n; (n = pread64(fd, bytes, sizeof bytes, at)) > 0; at += n)
    for (ssize_t i = 0; i < n; i++) lines += bytes[i] == '\n';
  return lines;
}

static void step(const char *call, const char *path) {
  int failed = errno;
  if (!is_on || !strcmp(path, "/dev/null") || !strncmp(path, "pipe:", 5) || !strncmp(path, "socket:", 7)) return;
  if (steps_fd >= 0) {
    char line[1200];
    int length = snprintf(line, sizeof line, "%s %.1000s\n", call, path);
    if (REAL(write)(steps_fd, line, length) == length && kill_at && lines_of(steps_fd) == kill_at) {
      kill(getenv("KG_WHOM") ? 0 : getpid(), SIGKILL);
      pause();
    }
  }
  if (delay_ms && (!slow || strstr(path, slow))) {
    struct timespec wait = { delay_ms / 1000, (delay_ms % 1000) * 1000000L };
    nanosleep(&wait, NULL);
  }
  errno = failed;
}

static void step_fd(const char *call, int fd) {
  char link[64], path[1001];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, 1000);
  path[length < 0 ? 0 : length] = 0;
  step(call, path);
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  if ((flags & O_ACCMODE) != O_RDONLY) step("open", path);
  return REAL(open64)(path, flags, mode);
}
ssize_t write(int fd, const void *bytes, size_t length) { step_fd("write", fd); return REAL(write)(fd, bytes, length); }
int rename(const char *from, const char *to) { step("rename", to); return REAL(rename)(from, to); }
int link(const char *from, const char *to) { step("link", to); return REAL(link)(from, to); }
int symlink(const char *from, const char *to) { step("symlink", to); return REAL(symlink)(from, to); }
int unlink(const char *path) { step("unlink", path); return REAL(unlink)(path); }
int mkdir(const char *path, mode_t mode) { step("mkdir", path); return REAL(mkdir)(path, mode); }
int rmdir(const char *path) { step("rmdir", path); return REAL(rmdir)(path); }
int ftruncate64(int fd, off64_t length) { step_fd("ftruncate", fd); return REAL(ftruncate64)(fd, length); }
