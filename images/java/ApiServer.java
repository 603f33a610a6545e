// SPDX-License-Identifier: Apache-2.0
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * Stands in for the API server while an image is made: says just enough for a program to do, once, what it does in a
 * cluster, so that the classes it needs are recorded. Arguments: PKCS12 file (password "changeit"), folder of answers. A request
 * for /…/PLURAL is answered by the file PLURAL.json, one for /…/PLURAL/NAME by PLURAL_NAME.json; for neither, what is read is
 * a 404 and what is written comes back. A watch stays silent. Prints its port, then each request.
 */
final class ApiServer {
  private static Path answers;

  public static void main(String[] args) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(new ByteArrayInputStream(Files.readAllBytes(Path.of(args[0]))), "changeit".toCharArray());
    answers = Path.of(args[1]);
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, "changeit".toCharArray());
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(keys.getKeyManagers(), null, null);
    HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", ApiServer::answer);
    server.start();
    System.out.println("port " + server.getAddress().getPort());
  }

  private static void answer(HttpExchange call) throws IOException {
    byte[] sent = call.getRequestBody().readAllBytes();
    String uri = call.getRequestURI().toString();
    System.out.println(call.getRequestMethod() + " " + uri);
    if (call.getRequestHeaders().containsKey("Upgrade")) {
      // A watch by WebSocket: with this answer the client does without.
      say(call, 200, new byte[] {'{', '}'});
      return;
    }
    if (uri.contains("watch=true")) {
      // A client that asks for a WebSocket reads the refusal to its end, and only then asks for a plain stream.
      if (call.getRequestHeaders().containsKey("Upgrade")) {
        call.sendResponseHeaders(200, -1);
        call.close();
        return;
      }
      call.getResponseHeaders().add("Content-Type", "application/json");
      call.sendResponseHeaders(200, 0);
      call.getResponseBody().flush();
      return;
    }
    String[] parts = call.getRequestURI().getPath().split("/");
    String last = parts[parts.length - 1];
    String before = parts[parts.length - 2];
    boolean writes = call.getRequestMethod().equals("PATCH") || call.getRequestMethod().equals("PUT");
    for (String name : new String[] {before + "_" + last + ".json", last + ".json"}) {
      if (!writes && Files.exists(answers.resolve(name))) {
        say(call, 200, Files.readAllBytes(answers.resolve(name)));
        return;
      }
    }
    if (!call.getRequestMethod().equals("GET")) {
      say(call, 200, sent);
      return;
    }
    say(call, 404, "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"code\":404}".getBytes(StandardCharsets.UTF_8));
  }

  private static void say(HttpExchange call, int code, byte[] body) throws IOException {
    call.getResponseHeaders().add("Content-Type", "application/json");
    call.sendResponseHeaders(code, body.length);
    call.getResponseBody().write(body);
    call.close();
  }
}
