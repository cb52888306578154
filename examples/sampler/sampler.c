// SPDX-License-Identifier: Apache-2.0
/*
 * Passes every packet, and tells user space of one in four: time, interface, length, and the first
 * bytes. Where the ring buffer is full the packet goes its way unseen, and is counted.
 */
#include "net.h"

#define BYTES 64

struct sample {
	__u64 time;
	__u32 ifindex;
	__u16 length;
	__u16 captured;
	__u8 bytes[BYTES];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} samples SEC(".maps");

enum counter {
	SEEN,
	SAMPLED,
	LOST,
	COUNTERS,
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, COUNTERS);
} counters SEC(".maps");

SEC("xdp") int sampler(struct xdp_md *ctx)
{
	__u64 length = packet_end(ctx) - packet_start(ctx);
	__u64 captured = length < BYTES ? length : BYTES;
	struct sample *sample;

	count(&counters, SEEN);
	if (bpf_get_prandom_u32() & 3)
		return XDP_PASS;
	sample = bpf_ringbuf_reserve(&samples, sizeof(*sample), 0);
	if (!sample) {
		count(&counters, LOST);
		return XDP_PASS;
	}
	sample->time = bpf_ktime_get_ns();
	sample->ifindex = ctx->ingress_ifindex;
	sample->length = length;
	sample->captured = captured;
	/* What was in the ring before stays where the packet is shorter: none of our business. */
#pragma unroll
	for (int i = 0; i < BYTES / 8; i++)
		((__u64 *)sample->bytes)[i] = 0;
	barrier_var(captured);
	if (captured == 0 || captured > BYTES ||
	    bpf_xdp_load_bytes(ctx, 0, sample->bytes, captured)) {
		bpf_ringbuf_discard(sample, 0);
		return XDP_PASS;
	}
	bpf_ringbuf_submit(sample, 0);
	count(&counters, SAMPLED);
	return XDP_PASS;
}

LICENSE("Dual BSD/GPL");
