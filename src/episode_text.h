/*
 * episode_text.h - scanning the text form of an episode
 */
#ifndef EPISODE_TEXT_H
#define EPISODE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

typedef enum EpisodeToken
{
	EPISODE_TEXT_PHASE,
	EPISODE_TEXT_END,
	EPISODE_TEXT_SYNTAX
} EpisodeToken;

/* A piece of the text. */
typedef struct EpisodePiece
{
	const char *text;
	size_t		length;
} EpisodePiece;

/* A scanner over a text, and the phase scanned last. */
typedef struct EpisodeText
{
	EpisodePiece label;			/* without its quotes */
	bool		quoted;
	EpisodePiece start;
	EpisodePiece end;			/* of length 0 while open */

	/* what is wrong, and with which piece of the text */
	const char *problem;
	EpisodePiece wrong;

	const char *next;			/* where to go on */
	const char *limit;
} EpisodeText;

extern EpisodeToken episode_text_open(EpisodeText *text,
									  const char *string, size_t length);
extern EpisodeToken episode_text_next(EpisodeText *text);
extern size_t episode_text_label(const EpisodeText *text, char *label);
extern bool episode_text_is_bare(const char *label, size_t length);

#endif							/* EPISODE_TEXT_H */
