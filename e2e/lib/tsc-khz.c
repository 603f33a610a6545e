// SPDX-License-Identifier: Apache-2.0
/*
 * tsc-khz: prints how fast this machine's time stamp counter runs, in kHz. An emulated machine
 * hands it on to its kernel, which measures it wrongly (by up to two thirds, seen) when the machine
 * has other things to do; its clock then runs as wrong.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

struct reading {
	uint64_t ticks, ns;
};

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* Both clocks at one moment: of many readings the one that was interrupted least. */
static struct reading read_clocks(void)
{
	struct reading best = { 0, 0 };
	uint64_t shortest = UINT64_MAX;

	for (int i = 0; i < 100; i++) {
		uint64_t before = __rdtsc(), ns = now(), after = __rdtsc();

		if (after - before < shortest) {
			shortest = after - before;
			best.ticks = before + shortest / 2;
			best.ns = ns;
		}
	}
	return best;
}

int main(void)
{
	struct timespec pause = { .tv_nsec = 300000000 };
	struct reading begin = read_clocks(), end;

	nanosleep(&pause, NULL);
	end = read_clocks();
	printf("%.0f\n", (double)(end.ticks - begin.ticks) * 1e6 / (double)(end.ns - begin.ns));
	return 0;
}
