/* trim: gives back the memory that only the start, or a burst, needed */
#ifndef TRIM_H
#define TRIM_H

/*
 * Free heap, and pages of programs and libraries that were read but not
 * written: those still needed come back from the page cache when touched.
 * Some 100 us; for moments of rest.
 */
void trim(void);
#endif
