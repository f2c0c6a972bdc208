# chatd alone: one static binary in an otherwise empty image.
# VERSION is what `chatd version` tells; the same sources, Go and VERSION give the same binary.
FROM golang:1.26 AS build
ARG VERSION=
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags="-s -w -buildid= -X main.release=${VERSION}" -o /chatd ./cmd/chatd

FROM scratch
ARG VERSION=
LABEL org.opencontainers.image.title="chatd" \
      org.opencontainers.image.description="Team chat in a browser: one program and one PostgreSQL" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /chatd /chatd
# A number, since there is no /etc/passwd that could hold a name.
USER 65532:65532
ENV CHATD_ADDR=:8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["/chatd", "health"]
ENTRYPOINT ["/chatd"]
