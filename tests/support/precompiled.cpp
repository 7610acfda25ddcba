// Makes the precompiled header of the tests (tests/CMakeLists.txt); there is nothing in it to run.
int main() {}
