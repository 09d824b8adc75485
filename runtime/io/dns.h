// dns.h - messages of the domain name system; io/dns.c.
#ifndef RT0_IO_DNS_H
#define RT0_IO_DNS_H

#include "runtime/io/address.h"

enum {
	DnsA = 1, DnsAAAA = 28,
	DnsMaxQuery = 12 + 256 + 4 + 11, // header, question, the option
	DnsUdpSize = 1232, // what we say we take: fits all links without fragments
};

typedef enum {
	DnsOk,
	DnsNoName,    // the server knows that there is none
	DnsTruncated, // ask again by TCP
	DnsServer,    // this server cannot say
	DnsNotOurs,   // not an answer to the question
} DnsResult;

// Writes a question for name's addresses of a type; ad: the answer may say whether it is
// authentic. Returns its length, or 0 when that cannot be a name.
uint32_t dnsquestion(uint8_t *msg, uint16_t id, const char *name, uint16_t type, bool ad);
// Returns how many addresses an answer has at most.
int32_t dnsroom(const uint8_t *msg, uint32_t len);
// What msg says to that question. Puts the addresses into a, *n of at most max.
DnsResult dnsanswer(const uint8_t *msg, uint32_t len, uint16_t id, const char *name,
                    uint16_t type, rt_address *a, int32_t max, int32_t *n);

#endif
