/*
 * access.h
 *		What the library does for access when it is loaded.
 */
#ifndef ACCESS_H
#define ACCESS_H

extern void access_init(void);

#endif							/* ACCESS_H */
