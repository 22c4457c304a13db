// What a back end does: it publishes two messages, reads them back, and finds each once.
package main

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"reflect"
	"strconv"
	"time"

	sixin "sixin.example/client"
)

// signing signs each request with the present time: the hex SHA-1 of secret, nonce and time, concatenated.
type signing struct {
	appKey, secret string
}

func (s signing) RoundTrip(request *http.Request) (*http.Response, error) {
	now := time.Now()
	nonce, timestamp := strconv.FormatInt(now.UnixNano(), 36), strconv.FormatInt(now.UnixMilli(), 10)
	digest := sha1.Sum([]byte(s.secret + nonce + timestamp))
	signed := request.Clone(request.Context())
	signed.Header.Set("App-Key", s.appKey)
	signed.Header.Set("Nonce", nonce)
	signed.Header.Set("Timestamp", timestamp)
	signed.Header.Set("Signature", hex.EncodeToString(digest[:]))
	return http.DefaultTransport.RoundTrip(signed)
}

// setting is one that must be given.
func setting(name string) string {
	value := os.Getenv(name)
	if value == "" {
		log.Fatalf("%s is not set", name)
	}
	return value
}

// publish publishes a text and returns the UID of its message.
func publish(client *sixin.APIClient, from, to, text string) string {
	content, err := json.Marshal(map[string]string{"content": text})
	check(err)
	body := sixin.NewRongCloudPublish(from, []string{to}, "RC:TxtMsg", string(content))
	body.SetIsIncludeSender(1)
	answer, _, err := client.RongcloudAPI.PublishPrivateMessage(context.Background()).RongCloudPublish(*body).Execute()
	check(err)
	return answer.GetMessageUIDs()[0].GetMessageUID()
}

// texts is what a user sees of its conversation with another: texts by the UIDs of their messages.
func texts(client *sixin.APIClient, user, other string, since int64) map[string]string {
	wanted := sixin.NewRongCloudQueryMessages(since, since+3_600_000, user, other)
	wanted.SetPageSize(100)
	wanted.SetIncludeStart(1)
	answer, _, err := client.RongcloudAPI.QueryPrivateMessages(context.Background()).RongCloudQueryMessages(*wanted).Execute()
	check(err)
	seen := map[string]string{}
	for _, message := range answer.GetData() {
		var content struct{ Content string }
		check(json.Unmarshal([]byte(message.GetContent()), &content))
		seen[message.GetMessageUID()] = content.Content
	}
	return seen
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	configuration := sixin.NewConfiguration()
	configuration.Servers = sixin.ServerConfigurations{{URL: setting("SIXIN_URL")}}
	configuration.HTTPClient = &http.Client{
		Timeout:   10 * time.Second,
		Transport: signing{setting("SIXIN_APP_KEY"), setting("SIXIN_APP_SECRET")},
	}
	client := sixin.NewAPIClient(configuration)
	from, to := setting("SIXIN_FROM"), setting("SIXIN_TO")
	// The clocks of two machines differ a little.
	since := time.Now().UnixMilli() - 60_000
	published := map[string]string{}
	for _, text := range []string{"first", "你好, second"} {
		published[publish(client, from, to, text)] = text
	}
	for _, side := range [][2]string{{from, to}, {to, from}} {
		if seen := texts(client, side[0], side[1], since); !reflect.DeepEqual(seen, published) {
			log.Fatalf("%s sees %v", side[0], seen)
		}
	}
	fmt.Println("published")
}
