// SPDX-License-Identifier: GPL-2.0
/*
 * packets: what one packet costs, in nanoseconds of this machine's clock; where QEMU counts
 * instructions (-icount shift=0) that is instructions.
 *
 *   packets healthy COUNT   UDP over loopback, sent and received
 *   packets drop COUNT      to a port where nobody listens: dropped without a socket
 *   packets refused COUNT   to port 7777, which a packet filter refuses as it is sent: dropped with
 *                           its socket
 *
 * Prints the average of COUNT packets, after a tenth of them to warm up.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char payload[64];
static int sender, receiver = -1;
static struct sockaddr_in to = { .sin_family = AF_INET };

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC_RAW, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

static void one(int refused)
{
	char buffer[64];
	ssize_t sent =
		sendto(sender, payload, sizeof(payload), 0, (struct sockaddr *)&to, sizeof(to));

	if (refused ? sent != -1 || errno != EPERM : sent != sizeof(payload))
		fail("sendto");
	if (receiver >= 0 && recv(receiver, buffer, sizeof(buffer), 0) != sizeof(payload))
		fail("recv");
}

int main(int argc, char **argv)
{
	long count = argc == 3 ? atol(argv[2]) : 0;
	int refused = argc == 3 && !strcmp(argv[1], "refused");
	socklen_t length = sizeof(to);
	double begin;

	if (count < 10)
		return 2;
	sender = socket(AF_INET, SOCK_DGRAM, 0);
	inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
	to.sin_port = htons(refused ? 7777 : 9);
	if (!strcmp(argv[1], "healthy")) {
		receiver = socket(AF_INET, SOCK_DGRAM, 0);
		to.sin_port = 0;
		if (bind(receiver, (struct sockaddr *)&to, sizeof(to)) ||
		    getsockname(receiver, (struct sockaddr *)&to, &length))
			fail("bind");
	}
	for (long i = 0; i < count / 10; i++)
		one(refused);
	begin = now();
	for (long i = 0; i < count; i++)
		one(refused);
	printf("%.2f\n", (now() - begin) / count);
	return 0;
}
