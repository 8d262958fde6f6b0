/* Writes an empty ledger as C (src/ledger/image.h): ledger_image FILE >OUT
 *
 * FILE is where it is made, and is removed before and after. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ledger/image.h"

const unsigned char ledger_image[1];
const size_t ledger_image_bytes = 0;

static int fail(const char *what)
{
    fprintf(stderr, "ledger_image: %s\n", what);
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct err err = {0};
    if (argc != 2)
        return fail("usage: ledger_image FILE >OUT");
    unlink(argv[1]);
    if (ledger_image_make(argv[1], &err) != 0)
        return fail(err.text);
    FILE *made = fopen(argv[1], "rb");
    if (!made)
        return fail("the file that was made cannot be read");
    puts("#include \"ledger/image.h\"\n\nconst unsigned char ledger_image[] = {");
    size_t n = 0;
    for (int byte; (byte = getc(made)) != EOF; n++)
        printf("%d,%s", byte, n % 64 == 63 ? "\n" : "");
    printf("};\nconst size_t ledger_image_bytes = %zu;\n", n);
    fclose(made);
    unlink(argv[1]);
    return EXIT_SUCCESS;
}
