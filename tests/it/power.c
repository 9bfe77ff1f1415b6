/* Stands between the program and its disk.
 *
 * What was not synced is lost when the power fails: each sync of a data file copies it to HOOKBENCH_DISK, which holds
 * what the disk would hold then. While a file `broken` lies there each sync fails as on a broken disk, and while a file
 * `readonly` lies there each write, as on a file system that the system has turned read-only. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The name of the data file behind a descriptor, beginning with a slash, or nothing. */
static const char *data_file(int fd, char *path, size_t size) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, size - 1);
  if (length < 0) return NULL;
  path[length] = 0;
  const char *file = strrchr(path, '/');
  return file != NULL && strncmp(file, "/hookbench.db", 13) == 0 ? file : NULL;
}

static int is_there(const char *what) {
  char path[4096];
  const char *disk = getenv("HOOKBENCH_DISK");
  if (disk == NULL) return 0;
  snprintf(path, sizeof path, "%s/%s", disk, what);
  return access(path, F_OK) == 0;
}

static int synced(int fd, const char *name) {
  char path[4096], to[4096], part[4200], piece[1 << 16];
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  const char *disk = getenv("HOOKBENCH_DISK"), *file = data_file(fd, path, sizeof path);
  if (disk == NULL || file == NULL) return real(fd);
  if (is_there("broken")) {
    errno = EIO;
    return -1;
  }
  snprintf(to, sizeof to, "%.2000s%.2000s", disk, file);
  /* Not called like a data file: what is written here is not to be refused below. */
  snprintf(part, sizeof part, "%.2000s/part-%d", disk, (int)gettid());
  /* Read through the descriptor itself: closing another one of this file would drop the locks of the process on it. */
  int out = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (out < 0) abort();
  off_t at = 0;
  for (ssize_t count; (count = pread(fd, piece, sizeof piece, at)) > 0; at += count)
    if (write(out, piece, count) != count) abort();
  close(out);
  if (rename(part, to) != 0) abort();
  return 0;
}

int fsync(int fd) { return synced(fd, "fsync"); }
int fdatasync(int fd) { return synced(fd, "fdatasync"); }

static int refused(int fd) {
  char path[4096];
  if (!is_there("readonly") || data_file(fd, path, sizeof path) == NULL) return 0;
  errno = EROFS;
  return 1;
}

ssize_t write(int fd, const void *bytes, size_t count) {
  static ssize_t (*real)(int, const void *, size_t);
  if (real == NULL) real = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  return refused(fd) ? -1 : real(fd, bytes, count);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
  static ssize_t (*real)(int, const void *, size_t, off64_t);
  if (real == NULL) real = (ssize_t (*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
  return refused(fd) ? -1 : real(fd, bytes, count, at);
}
