// SPDX-License-Identifier: GPL-2.0
/*
 * packets: what one packet costs, in nanoseconds of this machine's clock; where QEMU counts
 * instructions (-icount shift=0) that is instructions.
 *
 *   packets healthy COUNT    UDP over loopback, sent and received
 *   packets drop COUNT       to a closed port: dropped without a socket
 *   packets refused COUNT    to port 7777, which a packet filter refuses as it is sent: dropped
 *                            with its socket
 *   packets tcp COUNT        a TCP reset for no connection: dropped, and answered by nothing
 *   packets full COUNT       to a socket whose buffer is full: dropped with the receiver's socket
 *   packets forwarded COUNT  to 10.8.0.2, by a router that refuses them: dropped on their way
 *
 * Prints the average of COUNT packets, after a tenth of them to warm up.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netpacket/packet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char packet[64];
static size_t size = sizeof(packet);
static int sender, receiver = -1, receives, refused;
static struct sockaddr_in to = { .sin_family = AF_INET };
static struct sockaddr_ll loopback = { .sll_family = AF_PACKET, .sll_halen = ETH_ALEN };
static const void *destination = &to;
static socklen_t destination_size = sizeof(to);

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

static void one(void)
{
	char buffer[sizeof(packet)];
	ssize_t sent = sendto(sender, packet, size, 0, destination, destination_size);

	if (refused ? sent != -1 || errno != EPERM : sent != (ssize_t)size)
		fail("sendto");
	if (receives && recv(receiver, buffer, sizeof(buffer), 0) != (ssize_t)size)
		fail("recv");
}

static void receive_on_loopback(void)
{
	socklen_t length = sizeof(to);

	receiver = socket(AF_INET, SOCK_DGRAM, 0);
	to.sin_port = 0;
	if (bind(receiver, (struct sockaddr *)&to, sizeof(to)) ||
	    getsockname(receiver, (struct sockaddr *)&to, &length))
		fail("bind");
}

/* Fills the buffer of the receiver, which never reads. */
static void fill(void)
{
	int smallest = 1;

	receive_on_loopback();
	if (setsockopt(receiver, SOL_SOCKET, SO_RCVBUF, &smallest, sizeof(smallest)))
		fail("setsockopt");
	for (int i = 0; i < 100; i++)
		one();
}

static unsigned int add_words(unsigned int sum, const void *header, size_t bytes)
{
	const unsigned short *words = header;

	for (size_t i = 0; i < bytes / sizeof(*words); i++)
		sum += words[i];
	return sum;
}

static unsigned short checksum(unsigned int sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

/*
 * By a packet socket: what a raw one costs varies from process to process by more than the module.
 */
static void make_reset(void)
{
	struct iphdr *ip = (struct iphdr *)packet;
	struct tcphdr *tcp = (struct tcphdr *)(ip + 1);

	size = sizeof(*ip) + sizeof(*tcp);
	*ip = (struct iphdr){ .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_TCP };
	ip->tot_len = htons(size);
	ip->saddr = ip->daddr = to.sin_addr.s_addr;
	tcp->source = htons(5555);
	tcp->dest = htons(9);
	tcp->doff = 5;
	tcp->rst = 1;
	ip->check = checksum(add_words(0, ip, sizeof(*ip)));
	tcp->check = checksum(add_words(htons(IPPROTO_TCP) + htons(sizeof(*tcp)), &ip->saddr,
					2 * sizeof(ip->saddr) + sizeof(*tcp)));
	sender = socket(AF_PACKET, SOCK_DGRAM, 0);
	loopback.sll_protocol = htons(ETH_P_IP);
	loopback.sll_ifindex = if_nametoindex("lo");
	destination = &loopback;
	destination_size = sizeof(loopback);
}

int main(int argc, char **argv)
{
	const char *kind = argc == 3 ? argv[1] : "";
	long count = argc == 3 ? atol(argv[2]) : 0;
	double begin;

	if (count < 10)
		return 2;
	sender = socket(AF_INET, SOCK_DGRAM, 0);
	inet_pton(AF_INET, strcmp(kind, "forwarded") ? "127.0.0.1" : "10.8.0.2", &to.sin_addr);
	refused = !strcmp(kind, "refused");
	receives = !strcmp(kind, "healthy");
	to.sin_port = htons(refused ? 7777 : 9);
	if (receives)
		receive_on_loopback();
	else if (!strcmp(kind, "full"))
		fill();
	else if (!strcmp(kind, "tcp"))
		make_reset();
	for (long i = 0; i < count / 10; i++)
		one();
	begin = now();
	for (long i = 0; i < count; i++)
		one();
	printf("%.2f\n", (now() - begin) / count);
	return 0;
}
