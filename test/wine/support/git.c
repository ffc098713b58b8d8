/*
 * git.exe for Wine: hands the call to the host's git, as Git for Windows would answer it. Paths of drive Z:, which is
 * the host's root, are translated both ways. Built with winegcc, so that it has both systems' calls.
 */
#define _GNU_SOURCE
#include <windows.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

struct pump {
  int fd;
  DWORD handle;
  int translates;
};

static char *utf8(const WCHAR *text) {
  int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
  char *out = malloc(size);
  WideCharToMultiByte(CP_UTF8, 0, text, -1, out, size, NULL, NULL);
  return out;
}

static int is_drive(const char *at) {
  return (at[0] == 'z' || at[0] == 'Z') && at[1] == ':' && (at[2] == '/' || at[2] == '\\');
}

/* Z:\a\b to /a/b, also behind the = of --option=Z:\a. */
static char *to_host(char *text) {
  char *at = is_drive(text) ? text : strchr(text, '=');
  if (at != NULL && *at == '=') at++;
  if (at == NULL || !is_drive(at)) return strcasecmp(text, "nul") == 0 ? "/dev/null" : text;
  memmove(at, at + 2, strlen(at + 2) + 1);
  for (; *at; at++)
    if (*at == '\\') *at = '/';
  return text;
}

static void write_all(DWORD to, const char *bytes, size_t length) {
  DWORD wrote;
  while (length > 0 && WriteFile(GetStdHandle(to), bytes, length, &wrote, NULL) && wrote > 0) {
    bytes += wrote;
    length -= wrote;
  }
}

/* Git for Windows prints absolute paths with their drive. */
static void write_translated(DWORD to, const char *bytes, size_t length) {
  size_t from = 0;
  for (size_t at = 0; at < length; at++) {
    int starts = at == 0 || bytes[at - 1] == '\n' || bytes[at - 1] == '\0';
    int named = (at >= 9 && memcmp(bytes + at - 9, "worktree ", 9) == 0) ||
                (at >= 5 && memcmp(bytes + at - 5, "file:", 5) == 0);
    if (bytes[at] != '/' || !(starts || named)) continue;
    write_all(to, bytes + from, at - from);
    write_all(to, "Z:", 2);
    from = at;
  }
  write_all(to, bytes + from, length - from);
}

static DWORD WINAPI pump_out(void *given) {
  struct pump *pump = given;
  static const size_t STEP = 65536;
  char *bytes = malloc(STEP);
  size_t length = 0, room = STEP;
  ssize_t got;
  while ((got = read(pump->fd, bytes + length, room - length)) > 0) {
    length += got;
    if (!pump->translates) {
      write_all(pump->handle, bytes, length);
      length = 0;
    } else if (room - length < STEP / 2) {
      bytes = realloc(bytes, room *= 2);
    }
  }
  if (length > 0) write_translated(pump->handle, bytes, length);
  return 0;
}

static DWORD WINAPI pump_in(void *given) {
  struct pump *pump = given;
  char bytes[65536];
  DWORD got;
  while (ReadFile(GetStdHandle(pump->handle), bytes, sizeof bytes, &got, NULL) && got > 0)
    for (DWORD done = 0; done < got;) {
      ssize_t wrote = write(pump->fd, bytes + done, got - done);
      if (wrote < 0) return 0;
      done += wrote;
    }
  close(pump->fd);
  return 0;
}

/* Windows' variables, but with the host's PATH, which KITTY_HOST_PATH may name. */
static char **environment(void) {
  WCHAR *all = GetEnvironmentStringsW();
  char **env = calloc(4096, sizeof *env);
  char *path = NULL;
  int count = 0;
  for (; *all && count < 4000; all += lstrlenW(all) + 1) {
    char *one = utf8(all);
    if (one[0] == '=' || strncasecmp(one, "PATH=", 5) == 0 || strncasecmp(one, "TMP=", 4) == 0 ||
        strncasecmp(one, "TEMP=", 5) == 0)
      continue;
    if (strncmp(one, "KITTY_HOST_PATH=", 16) == 0) path = one + 11;
    env[count++] = to_host(one);
  }
  env[count] = path != NULL ? path : "PATH=/usr/local/bin:/usr/bin:/bin";
  return env;
}

int main(void) {
  int count;
  WCHAR **words = CommandLineToArgvW(GetCommandLineW(), &count);
  char **args = calloc(count + 1, sizeof *args);
  int translates = 0;
  args[0] = "git";
  for (int i = 1; i < count; i++) {
    args[i] = to_host(utf8(words[i]));
    if (!strcmp(args[i], "rev-parse") || !strcmp(args[i], "worktree") || !strcmp(args[i], "config") ||
        !strcmp(args[i], "var"))
      translates = 1;
  }
  char **env = environment();
  int in[2], out[2], err[2];
  signal(SIGPIPE, SIG_IGN);
  if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC)) return 127;
  pid_t child = fork();
  if (child == 0) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    dup2(err[1], 2);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    execve("/usr/bin/git", args, env);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  close(err[1]);
  struct pump to_git = {in[1], STD_INPUT_HANDLE, 0};
  struct pump from_git = {out[0], STD_OUTPUT_HANDLE, translates};
  struct pump errors = {err[0], STD_ERROR_HANDLE, 0};
  CreateThread(NULL, 0, pump_in, &to_git, 0, NULL);
  HANDLE both[] = {CreateThread(NULL, 0, pump_out, &from_git, 0, NULL),
                   CreateThread(NULL, 0, pump_out, &errors, 0, NULL)};
  WaitForMultipleObjects(2, both, TRUE, INFINITE);
  int status;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  ExitProcess(WIFEXITED(status) ? WEXITSTATUS(status) : 128);
}
