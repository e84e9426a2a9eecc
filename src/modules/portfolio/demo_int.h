/* The tables of the portfolio's demonstration. */
#pragma once

#include "core/demo.h"
#include "modules/portfolio/portfolio.h"

/*
 * .policies are codes; .objectives "11 13" is the first and third of axis 1.
 * Services by code: those before September 2023, those of the closed year
 * 2023-2024, the one it is in now (since 2024 or since this year's return) and
 * the one planned next. .partners: kind and number, "L1 E2" is the first
 * university lab and the second EdTech firm of the directory's demonstration.
 */
struct demo_project {
    const char *name, *summary;
    int axis;
    const char *policies, *objectives;
    const char *before, *closed, *living, *next;
    bool since_2024;
    int stopped; /* by its committee, so many days from today; 0: it runs */
    const char *partners, *programme, *area;
};
/* Files that open: a note (PDF), minutes (OpenDocument), a calendar (CSV). */
enum status demo_documents(struct demo *d, const struct project *p,
                           int place) MUST_USE;
/* One page of A4: a title and its paragraphs, up to NULL. */
struct str demo_pdf(struct arena *a, const char *title,
                    const char *const *paragraphs);
extern const struct demo_project demo_projects[];
extern const size_t demo_project_count;
/* The axis of so many is our reading of the brochure's first list. */
enum { DEMO_READ_AXES = 12 };
