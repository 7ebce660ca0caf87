/*
 * xml_text.h - finding one's way in the text of XML
 */
#ifndef XML_TEXT_H
#define XML_TEXT_H

#include <stdbool.h>
#include <stddef.h>

extern const char *xml_behind(const char *at, const char *end,
							  const char *wanted);
extern bool xml_declares(const char *text, size_t length);
extern const char *xml_behind_markup(const char *at, const char *end);
extern size_t xml_collapse(char *text, size_t length);
extern size_t xml_decode(const char *content, size_t size, char *decoded);

#endif							/* XML_TEXT_H */
