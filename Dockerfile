FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /chatd ./cmd/chatd

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /chatd /chatd
USER 65532:65532
ENV CHATD_ADDR=:8080
EXPOSE 8080
ENTRYPOINT ["/chatd"]
