# make demo     build the native binary and run a demo ecosystem with it
# make test     run every test
# make publish  leave the native binary at out/pminit
# Needs the .NET 10 SDK and a C compiler (gcc). Uses lld for a position-independent static binary where it is there.

LLD := $(shell command -v ld.lld >/dev/null 2>&1 && echo true || echo false)
AOT := -c Release -p:PublishAot=true -p:UseLld=$(LLD) --nologo -v quiet

.PHONY: publish
publish: tools
	dotnet publish src/Init/Init.csproj $(AOT) -o out/publish
	install -m 755 out/publish/pminit out/pminit

.PHONY: tools
tools:
	@command -v dotnet >/dev/null || { echo "pminit: the .NET 10 SDK is missing: https://dot.net/download"; exit 1; }
	@command -v gcc >/dev/null || { echo "pminit: gcc is missing: apt-get install gcc libc6-dev zlib1g-dev"; exit 1; }
