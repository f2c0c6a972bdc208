import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.*;
import java.net.*;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.*;

/**
 * Prints the newest messages of a room and then, for ever, each new one once and in order. The rules are those of
 * docs/protocol.md. Run it with Java 17 or newer: CHATD_TOKEN=... java Follow.java http://localhost:8080 3
 *
 * <p>Java has no JSON reader, and this is none: patterns take the few fields that matter out of chatd's answers, which
 * have them in a fixed order. No text looks like a field, since each quote inside a string has a backslash before it.
 */
public class Follow {
    static final String STRING = "\"((?:[^\"\\\\]|\\\\.)*+)\"";
    static final Pattern MESSAGE =
            Pattern.compile("\"number\":(\\d+).*?\"username\":" + STRING + ".*?\"body\":" + STRING);
    static final PrintStream OUT = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);

    static long epoch, seq; // the cursor; 0 means that the room must be loaded
    static long printed; // the number of the newest message printed
    static long wait; // how many milliseconds the server wants us to stay away

    public static void main(String[] args) throws InterruptedException {
        for (int tries = 0; ; tries = Math.min(tries + 1, 6)) {
            long began = System.nanoTime();
            try {
                follow(args[0], args[1]);
            } catch (IOException e) {
                System.err.println(e.getMessage());
            }
            if (System.nanoTime() - began > 30_000_000_000L) tries = 0;
            Thread.sleep(wait + ThreadLocalRandom.current().nextLong(Math.min(20_000, 500L << tries)));
            wait = 0;
        }
    }

    /** Listens until the answer ends; the exception tells why it has. */
    static void follow(String server, String room) throws IOException {
        while (epoch == 0) load(server + "/api/v1/rooms/" + room + "/messages?after=" + printed);
        String request = """
            {"event":"listen","mode":"stream","have":{"room:%s":[%d,%d]}}""".formatted(room, epoch, seq);
        try (BufferedReader answer = ask(server + "/comet/data", request)) {
            StringBuilder line = new StringBuilder();
            for (int c; (c = answer.read()) >= 0; ) {
                line.append((char) c);
                if (c == '\n') { // without it the line was cut
                    handle(line.toString());
                    line.setLength(0);
                }
            }
        }
        throw new IOException("the stream has ended");
    }

    /** Prints the page of messages that follows, and after the last one knows the cursor. */
    static void load(String url) throws IOException {
        try (BufferedReader answer = ask(url, "")) {
            String page = answer.readLine();
            show(page);
            String position = page.substring(page.lastIndexOf("\"position\":"));
            if (position.contains("\"more\":false")) {
                epoch = number("epoch", position);
                seq = number("seq", position);
            }
        }
    }

    /** Takes an event. An exception ends the answer. */
    static void handle(String event) throws IOException {
        switch (field("event", event)) {
            case "data", "skip" -> {
                long next = number("seq", event);
                if (number("epoch", event) != epoch || next <= seq) return; // rule 1: drop what we have
                if (next > seq + 1) throw new IOException("an event is missing"); // rule 3: ask again
                show(event); // rule 2: show what is next, then move the cursor
                seq = next;
            }
            case "gap" -> { // rule 4: load the room, from its newest messages after a restore
                if (number("epoch", event) != epoch) printed = 0;
                epoch = 0;
                throw new IOException("a gap");
            }
            case "refresh", "error" -> {
                wait = number("in", event);
                throw new IOException(event);
            }
            case "listen-ack" -> {
                if (!event.contains("\"denied\":[]")) stop("This room may not be followed.");
            }
            case "unsubscribe-ack", "abort" -> stop(event);
            default -> {}
        }
    }

    /** Prints the messages of a page, or the one of an event if it has one. */
    static void show(String json) {
        for (Matcher m = MESSAGE.matcher(json); m.find(); printed = Long.parseLong(m.group(1)))
            OUT.println(m.group(1) + " " + unescape(m.group(2)) + ": " + unescape(m.group(3)));
    }

    static String field(String name, String json) {
        Matcher m = Pattern.compile("\"" + name + "\":(?:" + STRING + "|(\\d+))").matcher(json);
        return !m.find() ? "" : m.group(1) == null ? m.group(2) : unescape(m.group(1));
    }

    static long number(String name, String json) {
        String digits = field(name, json);
        return digits.isEmpty() ? 0 : Long.parseLong(digits);
    }

    static String unescape(String text) {
        return Pattern.compile("\\\\(?:u(....)|(.))").matcher(text).replaceAll(m -> Matcher.quoteReplacement(
                m.group(1) != null ? "" + (char) Integer.parseInt(m.group(1), 16) : switch (m.group(2)) {
                    case "n" -> "\n";
                    case "r" -> "\r";
                    case "t" -> "\t";
                    case "b" -> "\b";
                    case "f" -> "\f";
                    default -> m.group(2);
                }));
    }

    /** Sends a request: a GET, or with a body a POST. Ends the program when trying again cannot help. */
    static BufferedReader ask(String url, String body) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) new URL(url).openConnection();
        connection.setConnectTimeout(10_000);
        connection.setReadTimeout(40_000);
        connection.setRequestProperty("Authorization", "Bearer " + System.getenv("CHATD_TOKEN"));
        connection.setRequestProperty("Content-Type", "application/json");
        if (!body.isEmpty()) {
            connection.setDoOutput(true);
            connection.getOutputStream().write(body.getBytes(UTF_8));
        }
        int status = connection.getResponseCode();
        if (status < 500 && status != 429 && status != 200) stop(url + " is answered with " + status);
        wait = 1000L * connection.getHeaderFieldInt("Retry-After", 0);
        return new BufferedReader(new InputStreamReader(connection.getInputStream(), UTF_8)); // fails with 429 and 5xx
    }

    static void stop(String why) {
        System.err.println(why);
        System.exit(1);
    }
}
