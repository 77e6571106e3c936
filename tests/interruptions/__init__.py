"""Power cuts, kills and disks that refuse, at every system call of the product's own code.

A *day* is what a program does with its disk, and what must hold after it was interrupted. It runs
under strace, which says what was asked of the kernel, kills the program at a chosen call, or lets
the call fail.
"""
