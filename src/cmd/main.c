#include <stdio.h>

int main(void)
{
    puts("crashcart");
    return 0;
}
