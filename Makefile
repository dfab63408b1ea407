# make demo      build the native binary and run a demo ecosystem with it
# make test      run every test
# make publish   leave the native binary at out/pminit
# make bench     measure against tini, dumb-init, s6, supervisord and pm2 (installs them where it may)
# Needs the .NET 10 SDK and gcc with static libraries; each target says what is missing and how to get it.

AOT := -c Release -p:PublishAot=true --nologo -v quiet

.PHONY: publish demo test bench clean tools
publish: out/pminit

# Always asked, seldom done: MSBuild knows what is up to date, make does not.
.PHONY: out/pminit out/testworker/testworker
out/pminit: tools
	@dotnet publish src/Init/Init.csproj $(AOT) -o out/publish
	@install -m 755 out/publish/pminit out/pminit
	@ls -l out/pminit

out/testworker/testworker: tools
	@dotnet publish tests/TestWorker/TestWorker.csproj $(AOT) -o out/testworker

demo: publish
	@docker/demo/run

test: publish out/testworker/testworker
	@bash tests/run.sh

bench: publish
	@dotnet run -c Release --project tests/Init.Benchmarks -- --pminit out/pminit --install --markdown

clean:
	rm -rf out src/*/bin src/*/obj tests/*/bin tests/*/obj

tools:
	@command -v dotnet >/dev/null || { echo "The .NET 10 SDK is missing; see https://dot.net/download"; exit 1; }
	@command -v gcc >/dev/null || { echo "gcc is missing (it links the binary): apt-get install gcc libc6-dev zlib1g-dev"; exit 1; }
	@echo 'int main(void){return 0;}' | gcc -static -x c -o /dev/null - 2>/dev/null || \
		{ echo "The static C library is missing: apt-get install libc6-dev zlib1g-dev (Debian), dnf install glibc-static (Fedora)"; exit 1; }
