package dev.guanxi.client;

import com.google.longrunning.ListOperationsRequest;
import com.google.longrunning.OperationsGrpc;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.type.Money;
import dev.guanxi.v1.ActivityServiceGrpc;
import dev.guanxi.v1.Contact;
import dev.guanxi.v1.ContactRole;
import dev.guanxi.v1.CreateCustomerRequest;
import dev.guanxi.v1.Customer;
import dev.guanxi.v1.CustomerKind;
import dev.guanxi.v1.CustomerServiceGrpc;
import dev.guanxi.v1.ExternalId;
import dev.guanxi.v1.FactContext;
import dev.guanxi.v1.GetCustomerRequest;
import dev.guanxi.v1.Purchase;
import dev.guanxi.v1.PurchaseLine;
import dev.guanxi.v1.PurchaseType;
import dev.guanxi.v1.RecordPurchaseRequest;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.AbstractStub;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * A caller in Java: creates a customer, reads it back, records a purchase, looks at the operations, and is refused.
 *
 * <pre>mvn -q exec:java -Dexec.args=localhost:50051</pre>
 */
public final class Client {
  /** The server answered something else than it should. */
  private static final class Unexpected extends Exception {
    Unexpected(String message) {
      super(message);
    }
  }

  public static void main(String[] args) {
    if (args.length != 1) {
      System.err.println("usage: Client HOST:PORT");
      System.exit(2);
    }
    ManagedChannel channel = Grpc.newChannelBuilder(args[0], InsecureChannelCredentials.create()).build();
    try {
      String name = createAndGet(CustomerServiceGrpc.newBlockingStub(channel));
      record(ActivityServiceGrpc.newBlockingStub(channel), name);
      listOperations(OperationsGrpc.newBlockingStub(channel));
      beRefused(ActivityServiceGrpc.newBlockingStub(channel));
    } catch (StatusRuntimeException | InvalidProtocolBufferException | Unexpected error) {
      Throwable cause = error.getCause();
      System.err.println("java: " + error.getMessage() + (cause == null ? "" : ": " + cause.getMessage()));
      System.exit(1);
    } finally {
      channel.shutdownNow();
    }
  }

  private static String createAndGet(CustomerServiceGrpc.CustomerServiceBlockingStub customers) throws Unexpected {
    String id = "java-" + UUID.randomUUID().toString().substring(24);
    Customer customer =
        Customer.newBuilder()
            .setKind(CustomerKind.CUSTOMER_KIND_ORGANIZATION)
            .setDisplayName("Grüner Markt 市場")
            .addExternalIds(ExternalId.newBuilder().setSystem("shop").setId(id))
            .putLabels("region", "north")
            .addContacts(
                Contact.newBuilder()
                    .setContactId("ada")
                    .setDisplayName("Ada Lovelace")
                    .addRoles(ContactRole.CONTACT_ROLE_PAYER))
            .build();
    Customer created =
        soon(customers)
            .createCustomer(CreateCustomerRequest.newBuilder().setCustomerId(id).setCustomer(customer).build());
    System.out.println("created  " + created.getName());

    Customer got = soon(customers).getCustomer(GetCustomerRequest.newBuilder().setName(created.getName()).build());
    if (!got.equals(created)) {
      throw new Unexpected("GetCustomer returned " + got + ", CreateCustomer " + created);
    }
    System.out.println("got      the same");
    return created.getName();
  }

  private static void record(ActivityServiceGrpc.ActivityServiceBlockingStub activity, String customer)
      throws Unexpected {
    RecordPurchaseRequest request = purchaseOf(customer, "order-1", PurchaseType.PURCHASE_TYPE_SALE, 2);
    Purchase recorded = soon(activity).recordPurchase(request);
    if (!recorded.getNetAmount().equals(request.getPurchase().getLines(0).getNetAmount())) {
      throw new Unexpected("RecordPurchase returned the amount " + recorded.getNetAmount());
    }
    System.out.println("recorded " + recorded.getName());
  }

  private static void listOperations(OperationsGrpc.OperationsBlockingStub operations) {
    var page = soon(operations).listOperations(ListOperationsRequest.newBuilder().setName("operations").build());
    System.out.println("listed   " + page.getOperationsCount() + " operations");
  }

  /** Sends three wrong fields and expects to be told of all three. */
  private static void beRefused(ActivityServiceGrpc.ActivityServiceBlockingStub activity)
      throws Unexpected, InvalidProtocolBufferException {
    com.google.rpc.Status refusal;
    try {
      soon(activity).recordPurchase(purchaseOf("nobody", "order-2", PurchaseType.PURCHASE_TYPE_UNSPECIFIED, -1));
      throw new Unexpected("three wrong fields were not refused");
    } catch (StatusRuntimeException error) {
      refusal = StatusProto.fromThrowable(error);
    }

    String reason = "without a reason";
    List<String> fields = new ArrayList<>();
    for (Any detail : refusal.getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        reason = detail.unpack(ErrorInfo.class).getReason();
      } else if (detail.is(BadRequest.class)) {
        detail.unpack(BadRequest.class).getFieldViolationsList().forEach(it -> fields.add(it.getField()));
      }
    }
    Code code = Code.forNumber(refusal.getCode());
    System.out.println("refused  " + code + " " + reason + ": " + String.join(", ", fields));
    if (code != Code.INVALID_ARGUMENT || !reason.equals("INVALID_FIELDS") || fields.size() != 3) {
      throw new Unexpected("expected INVALID_ARGUMENT, INVALID_FIELDS and three fields: " + refusal.getMessage());
    }
  }

  private static RecordPurchaseRequest purchaseOf(String customer, String sourceId, PurchaseType type, long quantity) {
    Instant now = Instant.now();
    FactContext context =
        FactContext.newBuilder()
            .setCustomer(customer)
            .setOccurTime(Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()))
            .setSource("shop")
            .setSourceId(sourceId)
            .build();
    Money amount = Money.newBuilder().setCurrencyCode("USD").setUnits(29).setNanos(330_000_000).build();
    PurchaseLine line =
        PurchaseLine.newBuilder().setProduct("cd").setQuantity(quantity).setNetAmount(amount).build();
    return RecordPurchaseRequest.newBuilder()
        .setPurchase(Purchase.newBuilder().setContext(context).setType(type).addLines(line))
        .build();
  }

  private static <S extends AbstractStub<S>> S soon(S stub) {
    return stub.withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  private Client() {}
}
