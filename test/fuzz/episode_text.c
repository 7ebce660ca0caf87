/*
 * The text scanner of episodes stays within its string and makes progress;
 * and what it scanned, written anew, it scans again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "episode_text.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool condition)
{
	if (!condition)
		abort();
}

/* Write a piece in double quotes, with two for one. */
static char *
quote(char *out, const char *piece, size_t length)
{
	*out++ = '"';
	for (size_t i = 0; i < length; i++)
	{
		if (piece[i] == '"')
			*out++ = '"';
		*out++ = piece[i];
	}
	*out++ = '"';
	return out;
}

static void
scan_again(const char *label, size_t length)
{
	char	   *string = malloc(length * 2 + 32);
	char	   *end = string;
	char	   *again;
	EpisodeText text = {0};

	*end++ = '{';
	end = quote(end, label, length);
	memcpy(end, "@[0,)}", 7);
	check(episode_text_open(&text, string, strlen(string)) == EPISODE_TEXT_PHASE);
	check(episode_text_next(&text) == EPISODE_TEXT_PHASE);
	again = malloc(text.label.length);
	check(episode_text_label(&text, again) == length);
	check(memcmp(again, label, length) == 0);
	check(episode_text_next(&text) == EPISODE_TEXT_END);
	free(again);

	/* What needs no quotes is the same without them. */
	if (episode_text_is_bare(label, length))
	{
		string[0] = '{';
		memcpy(string + 1, label, length);
		memcpy(string + 1 + length, "@[0,)}", 7);
		text = (EpisodeText) {0};
		episode_text_open(&text, string, strlen(string));
		check(episode_text_next(&text) == EPISODE_TEXT_PHASE);
		check(!text.quoted && text.label.length == length);
	}
	free(string);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* a copy with a terminator, as strings in the server have one */
	char	   *string = malloc(size + 1);
	EpisodeText text = {0};
	EpisodeToken token;
	const char *last = string;

	memcpy(string, data, size);
	string[size] = '\0';
	token = episode_text_open(&text, string, strlen(string));
	while (token == EPISODE_TEXT_PHASE &&
		   (token = episode_text_next(&text)) == EPISODE_TEXT_PHASE)
	{
		char	   *label;
		size_t		length;

		check(text.label.length > 0 && text.label.text > last);
		check(text.start.length > 0 &&
			  text.start.text > text.label.text + text.label.length);
		check(text.end.text >= text.start.text + text.start.length &&
			  text.end.text + text.end.length < string + size);
		label = malloc(text.label.length);
		length = episode_text_label(&text, label);
		check(length > 0 && length <= text.label.length);
		scan_again(label, length);
		free(label);
		last = text.end.text;
	}
	if (token == EPISODE_TEXT_SYNTAX)
		check(text.problem != NULL && text.wrong.text >= string &&
			  text.wrong.text + text.wrong.length <= string + size);
	free(string);
	return 0;
}
