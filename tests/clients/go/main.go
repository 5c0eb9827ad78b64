// A caller in Go: creates a customer, reads it back, records a purchase, looks at the operations, and is refused.
//
//	go run . localhost:50051
package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/genproto/googleapis/type/money"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	guanxiv1 "guanxi.dev/guanxi/v1"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: client HOST:PORT")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "go:", err)
		os.Exit(1)
	}
}

func run(address string) error {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()

	id := "go-" + strings.ToLower(rand.Text()[:12])
	name, err := createAndGet(ctx, guanxiv1.NewCustomerServiceClient(conn), id)
	if err != nil {
		return err
	}
	if err := record(ctx, guanxiv1.NewActivityServiceClient(conn), name); err != nil {
		return err
	}
	if err := listOperations(ctx, longrunningpb.NewOperationsClient(conn)); err != nil {
		return err
	}
	return beRefused(ctx, guanxiv1.NewActivityServiceClient(conn))
}

func createAndGet(ctx context.Context, customers guanxiv1.CustomerServiceClient, id string) (string, error) {
	created, err := customers.CreateCustomer(ctx, &guanxiv1.CreateCustomerRequest{
		CustomerId: id,
		Customer: &guanxiv1.Customer{
			Kind:        guanxiv1.CustomerKind_CUSTOMER_KIND_ORGANIZATION,
			DisplayName: "Grüner Markt 市場",
			ExternalIds: []*guanxiv1.ExternalId{{System: "shop", Id: id}},
			Labels:      map[string]string{"region": "north"},
			Contacts: []*guanxiv1.Contact{{
				ContactId:   "ada",
				DisplayName: "Ada Lovelace",
				Roles:       []guanxiv1.ContactRole{guanxiv1.ContactRole_CONTACT_ROLE_PAYER},
			}},
		},
	})
	if err != nil {
		return "", fmt.Errorf("CreateCustomer: %w", err)
	}
	fmt.Println("created ", created.Name)

	got, err := customers.GetCustomer(ctx, &guanxiv1.GetCustomerRequest{Name: created.Name})
	if err != nil {
		return "", fmt.Errorf("GetCustomer: %w", err)
	}
	if !proto.Equal(got, created) {
		return "", fmt.Errorf("GetCustomer returned %v, CreateCustomer %v", got, created)
	}
	fmt.Println("got      the same")
	return created.Name, nil
}

func record(ctx context.Context, activity guanxiv1.ActivityServiceClient, customer string) error {
	amount := &money.Money{CurrencyCode: "USD", Units: 29, Nanos: 330_000_000}
	purchase, err := activity.RecordPurchase(ctx, &guanxiv1.RecordPurchaseRequest{Purchase: &guanxiv1.Purchase{
		Context: &guanxiv1.FactContext{
			Customer: customer, OccurTime: timestamppb.Now(), Source: "shop", SourceId: "order-1",
		},
		Type:  guanxiv1.PurchaseType_PURCHASE_TYPE_SALE,
		Lines: []*guanxiv1.PurchaseLine{{Product: "cd", Quantity: 2, NetAmount: amount}},
	}})
	if err != nil {
		return fmt.Errorf("RecordPurchase: %w", err)
	}
	if !proto.Equal(purchase.NetAmount, amount) {
		return fmt.Errorf("RecordPurchase returned the amount %v, not %v", purchase.NetAmount, amount)
	}
	fmt.Println("recorded", purchase.Name)
	return nil
}

func listOperations(ctx context.Context, operations longrunningpb.OperationsClient) error {
	page, err := operations.ListOperations(ctx, &longrunningpb.ListOperationsRequest{Name: "operations"})
	if err != nil {
		return fmt.Errorf("ListOperations: %w", err)
	}
	fmt.Println("listed  ", len(page.Operations), "operations")
	return nil
}

// beRefused sends three wrong fields and expects to be told of all three.
func beRefused(ctx context.Context, activity guanxiv1.ActivityServiceClient) error {
	_, err := activity.RecordPurchase(ctx, &guanxiv1.RecordPurchaseRequest{Purchase: &guanxiv1.Purchase{
		Context: &guanxiv1.FactContext{
			Customer: "nobody", OccurTime: timestamppb.Now(), Source: "shop", SourceId: "order-2",
		},
		Type: guanxiv1.PurchaseType_PURCHASE_TYPE_UNSPECIFIED,
		Lines: []*guanxiv1.PurchaseLine{{
			Product: "cd", Quantity: -1, NetAmount: &money.Money{CurrencyCode: "USD", Units: 1},
		}},
	}})
	refusal, ok := status.FromError(err)
	if err == nil || !ok {
		return fmt.Errorf("three wrong fields were not refused: %v", err)
	}

	var reason string
	var fields []string
	for _, detail := range refusal.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			reason = detail.Reason
		case *errdetails.BadRequest:
			for _, violation := range detail.FieldViolations {
				fields = append(fields, violation.Field)
			}
		}
	}
	fmt.Println("refused ", refusal.Code(), cmp.Or(reason, "without a reason")+":", strings.Join(fields, ", "))
	if refusal.Code() != codes.InvalidArgument || reason != "INVALID_FIELDS" || len(fields) != 3 {
		return errors.New("expected INVALID_ARGUMENT, INVALID_FIELDS and three fields: " + refusal.Message())
	}
	return nil
}
