/*
 * access.h
 *		What the library does for access when it is loaded, and what its parts
 *		need of each other.
 */
#ifndef ACCESS_H
#define ACCESS_H

extern void access_init(void);
extern void access_trace_init(void);
extern void access_chain_init(void);

/* Raises an error unless it is the layout's owner who calls. */
extern void access_check_caller(void);

/* This transaction has logged access, and cannot be prepared. */
extern void access_forbid_prepare(void);

#endif							/* ACCESS_H */
