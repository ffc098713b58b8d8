/* bcryptprimitives.dll, which Wine 8 lacks and programs written in Rust need: random bytes from the host. */
#include <windows.h>

#include <fcntl.h>
#include <unistd.h>

BOOL WINAPI ProcessPrng(unsigned char *buffer, SIZE_T length) {
  int source = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
  SIZE_T done = 0;
  while (source >= 0 && done < length) {
    ssize_t got = read(source, buffer + done, length - done);
    if (got <= 0) break;
    done += got;
  }
  close(source);
  return done == length;
}
