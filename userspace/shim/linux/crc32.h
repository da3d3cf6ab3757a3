/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_CRC32_H
#define CONTEND_SHIM_CRC32_H

/*
 * CRC-32C (G. Castagnoli, S. Bräuer, M. Herrmann, "Optimization of Cyclic Redundancy-Check Codes
 * with 24 and 32 Parity Bits", IEEE Trans. Commun. 41(6), 1993), as the kernel's function has it:
 * zlib's crc32() has another polynomial. Half a byte at a time, by a table that one can check.
 */
#include <linux/types.h>

static inline u32 crc32c(u32 crc, const void *p, size_t len)
{
	static const u32 table[16] = {
		0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1,
		0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
		0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
		0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
	};
	const u8 *at = p;

	while (len--) {
		crc ^= *at++;
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return crc;
}

#endif /* CONTEND_SHIM_CRC32_H */
