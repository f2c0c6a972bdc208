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
            Pattern.compile("(?s)\"number\":(\\d+).*?\"username\":" + STRING + ".*?\"body\":" + STRING);
    static final PrintStream OUT = new PrintStream(System.out, true, UTF_8);
    /** How complete answers end: no text can, see above. */
    static final String POLLED = "(?s).*\\],\"next\":\\d+\\}\\s*";
    static final String PAGED =
            "(?s).*\\],\"position\":\\{\"epoch\":\\d+,\"seq\":\\d+\\},\"more\":(true|false)\\}\\s*";
    /** Of a room's messages: the last page of them, the first of all. */
    static final String NEWEST = "after=0", OLDEST = "before=2";
    static long epoch, seq, printed; // the cursor, and the newest message's number
    static String page = NEWEST; // of the room, to be loaded next; null for none: poll
    static long pause; // how many milliseconds chatd wants us to stay away

    public static void main(String[] args) throws InterruptedException {
        if (args.length != 2 || System.getenv("CHATD_TOKEN") == null)
            stop("Usage: CHATD_TOKEN=... java Follow.java http://localhost:8080 3");
        String site = args[0].replaceAll("/+$", "");
        String history = site + "/api/v1/rooms/" + args[1] + "/messages?threads=true&";
        String poll = site + "/comet/data?mode=pull&have=room:" + args[1] + "@";
        for (long bound = 500; ; Thread.sleep(pause)) {
            long begun = System.nanoTime();
            try {
                if (page != null) load(ask(history + page, PAGED));
                else take(ask(poll + epoch + "." + seq, POLLED));
                bound = 500;
            } catch (IOException e) {
                if (System.nanoTime() - begun >= 30_000_000_000L) bound = 500; // it was there, whatever has cut it then
                System.err.println(e.getMessage());
                pause += ThreadLocalRandom.current().nextLong(bound);
                bound = Math.min(2 * bound, 20_000);
            }
        }
    }

    /** Returns an answer if it ends as it must. */
    static String ask(String address, String end) throws IOException {
        pause = 0;
        HttpURLConnection connection = (HttpURLConnection) new URL(address).openConnection();
        connection.setConnectTimeout(10_000);
        connection.setReadTimeout(60_000); // a poll is held for 50 s at most
        connection.setRequestProperty("Authorization", "Bearer " + System.getenv("CHATD_TOKEN"));
        int status = connection.getResponseCode();
        pause = 1000L * connection.getHeaderFieldInt("Retry-After", 0);
        if (status < 500 && status != 429 && status != 200) stop("The room cannot be followed: " + status);
        String answer = new String(connection.getInputStream().readAllBytes(), UTF_8); // fails with 429 and 5xx
        if (!answer.matches(end)) throw new IOException("The answer was cut."); // so it counts for nothing
        return answer;
    }

    /** Prints a page of messages, and after the last page knows the cursor. */
    static void load(String answer) {
        show(answer);
        String position = answer.substring(answer.lastIndexOf("\"position\":"));
        boolean more = position.contains("\"more\":true") && page != NEWEST || page == OLDEST && printed > 0;
        page = more ? next() : null;
        if (more) return;
        epoch = number("epoch", position);
        seq = number("seq", position);
    }

    /** The page after what was printed. Its number 0 would ask for the newest messages, and leave out those between. */
    static String next() {
        return printed == 0 ? OLDEST : "after=" + printed;
    }

    /** Handles the events of a poll. */
    static void take(String answer) {
        for (String event : answer.split("(?=\\{\"event\":)")) {
            boolean here = number("epoch", event) == epoch;
            if (event.matches("(?s)\\{\"event\":\"(abort|unsubscribe-ack)\".*|.*\"denied\":\\[\".*")) {
                stop("The room can be followed no longer. chatd says: " + event);
            } else if (event.startsWith("{\"event\":\"gap\"")) { // rule 4; after a restore as if for the first time
                page = here ? next() : NEWEST;
                if (!here) printed = 0;
                break;
            } else if (here && number("seq", event) == seq + 1) { // rule 2; the next poll brings what is missing
                show(event);
                seq++;
            }
        }
        pause = number("next", answer.substring(answer.lastIndexOf("]")));
    }

    /** Prints the messages of a page, or the one of an event if it has one. */
    static void show(String json) {
        for (Matcher m = MESSAGE.matcher(json); m.find(); ) {
            long number = Long.parseLong(m.group(1));
            if (number <= printed) continue; // it was edited
            OUT.println(number + " " + unescape(m.group(2)) + ": " + unescape(m.group(3)));
            printed = number;
        }
    }

    static long number(String name, String json) {
        Matcher m = Pattern.compile("\"" + name + "\":(\\d+)").matcher(json);
        return m.find() ? Long.parseLong(m.group(1)) : 0;
    }

    static String unescape(String text) {
        return Pattern.compile("\\\\(?:u(....)|.)").matcher(text).replaceAll(m -> Matcher.quoteReplacement(
                m.group(1) == null ? m.group().translateEscapes() : "" + (char) Integer.parseInt(m.group(1), 16)));
    }

    static void stop(String why) {
        System.err.println(why);
        System.exit(1);
    }
}
