# The image that `COPY --from=pminit /pminit /usr/local/bin/pminit` takes the binary from: one static file on nothing.
# docker build -t pminit .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc libc6-dev zlib1g-dev make \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN make publish

FROM scratch
COPY --from=build /src/out/pminit /pminit
ENTRYPOINT ["/pminit"]
