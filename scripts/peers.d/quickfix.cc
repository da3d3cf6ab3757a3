// SPDX-License-Identifier: GPL-2.0
/*
 * QuickFIX as a user of an exchange on the wire: FIX 4.4, limit orders, one session.
 *
 * quickfix PORT COUNT
 *
 * It logs on at 127.0.0.1:PORT as QUICKFIX, to CONTEND, with sequence numbers from 1; a test
 * request is to be answered by a heartbeat. It sends COUNT orders, an even number, each two of
 * which fill each other, and waits until all are filled. Then it forgets what it has received, so
 * that by the report on one order more QuickFIX finds a gap, and asks for a resend: each report is
 * to come once more, marked as a possible duplicate, and no other. It cancels that order, and logs
 * out.
 *
 * What it has found is on stdout, a line "NAME VALUE" each: orders_per_s, reports, resent. Exit
 * status: 0; 1 wrong usage; 2 an answer is not what it is to be, or none has come in ten seconds.
 * See scripts/peers.d/orders.
 */
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>

#include <quickfix/Application.h>
#include <quickfix/MessageStore.h>
#include <quickfix/Session.h>
#include <quickfix/SessionSettings.h>
#include <quickfix/SocketInitiator.h>
#include <quickfix/fix44/NewOrderSingle.h>
#include <quickfix/fix44/OrderCancelRequest.h>
#include <quickfix/fix44/TestRequest.h>

static const char symbol[] = "CNTD";

class User : public FIX::Application
{
public:
	bool logged_on = false, alive = false;
	/* ExecIDs of the reports, and of those that came again; ClOrdIDs of orders. */
	std::set<std::string> reports, resent, acknowledged, filled, cancelled;
	std::string wrong;

	/* Until something is so, and nothing is wrong. */
	void until(const char *what, std::function<bool()> so)
	{
		std::unique_lock<std::mutex> lock(mutex);

		if (!changed.wait_for(lock, std::chrono::seconds(10),
				      [&] { return !wrong.empty() || so(); }))
			throw std::runtime_error(std::string("no ") + what + " in ten seconds");
		if (!wrong.empty())
			throw std::runtime_error(wrong);
	}

	void onCreate(const FIX::SessionID &) override { }
	void toAdmin(FIX::Message &, const FIX::SessionID &) override { }
	void toApp(FIX::Message &, const FIX::SessionID &) throw(FIX::DoNotSend) override { }
	void onLogon(const FIX::SessionID &) override { set(logged_on, true); }
	void onLogout(const FIX::SessionID &) override { set(logged_on, false); }

	void fromAdmin(const FIX::Message &message, const FIX::SessionID &)
		throw(FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue,
		      FIX::RejectLogon) override
	{
		const std::string type = message.getHeader().getField(FIX::FIELD::MsgType);

		if (type == FIX::MsgType_Heartbeat && message.isSetField(FIX::FIELD::TestReqID))
			set(alive, message.getField(FIX::FIELD::TestReqID) == "alive");
		if (type == FIX::MsgType_Reject)
			refused(message);
	}

	void fromApp(const FIX::Message &message, const FIX::SessionID &)
		throw(FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue,
		      FIX::UnsupportedMessageType) override
	{
		const std::string type = message.getHeader().getField(FIX::FIELD::MsgType);

		if (type == FIX::MsgType_ExecutionReport)
			report(message);
		else if (type == FIX::MsgType_OrderCancelReject ||
			 type == FIX::MsgType_BusinessMessageReject)
			refused(message);
	}

private:
	std::mutex mutex;
	std::condition_variable changed;

	void set(bool &what, bool value)
	{
		std::lock_guard<std::mutex> lock(mutex);

		what = value;
		changed.notify_all();
	}

	void refused(const FIX::Message &message)
	{
		std::lock_guard<std::mutex> lock(mutex);

		wrong = "it refuses: " + message.toString();
		changed.notify_all();
	}

	void report(const FIX::Message &message)
	{
		const std::string exec = message.getField(FIX::FIELD::ExecID);
		const std::string order = message.getField(FIX::FIELD::ClOrdID);
		const std::string is = message.getField(FIX::FIELD::OrdStatus);
		std::lock_guard<std::mutex> lock(mutex);
		FIX::PossDupFlag again(false);

		message.getHeader().getFieldIfSet(again);
		if (again) {
			if (!resent.insert(exec).second)
				wrong = "a report is resent twice: " + message.toString();
		} else {
			if (!reports.insert(exec).second)
				wrong = "a report comes twice, unmarked: " + message.toString();
			if (is == "2")
				filled.insert(order);
			if (is == "4")
				cancelled.insert(order);
			if (is == "8")
				wrong = "an order is refused: " + message.toString();
		}
		acknowledged.insert(order);
		changed.notify_all();
	}
};

static std::string name_of(long n)
{
	return "Q" + std::to_string(n);
}

static void order(const FIX::SessionID &id, long n)
{
	FIX44::NewOrderSingle order(FIX::ClOrdID(name_of(n)), FIX::Side(n & 1 ? '2' : '1'),
				    FIX::TransactTime(), FIX::OrdType(FIX::OrdType_LIMIT));

	order.set(FIX::Symbol(symbol));
	order.set(FIX::OrderQty(10));
	order.set(FIX::Price(100));
	order.set(FIX::TimeInForce(FIX::TimeInForce_GOOD_TILL_CANCEL));
	FIX::Session::sendToTarget(order, id);
}

static void cancel(const FIX::SessionID &id, long n)
{
	FIX44::OrderCancelRequest order(FIX::OrigClOrdID(name_of(n)),
					FIX::ClOrdID(name_of(n) + "C"),
					FIX::Side(n & 1 ? '2' : '1'), FIX::TransactTime());

	order.set(FIX::Symbol(symbol));
	order.set(FIX::OrderQty(10));
	FIX::Session::sendToTarget(order, id);
}

static FIX::SessionSettings settings_of(const char *port)
{
	std::istringstream text(std::string("[DEFAULT]\nConnectionType=initiator\n"
		"ReconnectInterval=1\nHeartBtInt=30\nStartTime=00:00:00\nEndTime=00:00:00\n"
		"UseDataDictionary=N\nResetOnLogon=Y\nSocketNodelay=Y\n"
		"SocketConnectHost=127.0.0.1\nSocketConnectPort=") + port +
		"\n[SESSION]\nBeginString=FIX.4.4\nSenderCompID=QUICKFIX\nTargetCompID=CONTEND\n");

	return FIX::SessionSettings(text);
}

static void trade(User &user, const FIX::SessionID &id, long count)
{
	FIX44::TestRequest test{FIX::TestReqID("alive")};
	std::set<std::string> before, resent;
	size_t more = 0;

	user.until("logon", [&] { return user.logged_on; });
	FIX::Session::sendToTarget(test, id);
	user.until("heartbeat for a test request", [&] { return user.alive; });

	const auto begin = std::chrono::steady_clock::now();
	for (long n = 0; n < count; n++)
		order(id, n);
	user.until("fill of each order", [&] {
		before = user.reports;
		return (long)user.filled.size() == count;
	});
	const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;

	FIX::Session::lookupSession(id)->setNextTargetMsgSeqNum(1);
	order(id, count);
	user.until("resend of each report", [&] {
		resent = user.resent;
		return resent.size() >= before.size() && user.acknowledged.count(name_of(count));
	});
	for (const std::string &exec : before)
		if (!resent.count(exec))
			throw std::runtime_error("a report is not resent: ExecID " + exec);
	/* That of the last order may be among them. */
	for (const std::string &exec : resent)
		if (!before.count(exec) && more++)
			throw std::runtime_error("one is resent that never came: ExecID " + exec);
	cancel(id, count);
	user.until("report on a cancel", [&] { return !user.cancelled.empty(); });
	FIX::Session::lookupSession(id)->logout();
	user.until("logout", [&] { return !user.logged_on; });
	printf("orders_per_s %.0f\nreports %zu\nresent %zu\n", count / took.count(), before.size(),
	       resent.size());
}

int main(int argc, char **argv)
{
	const long count = argc == 3 ? atol(argv[2]) : 0;

	if (count < 2 || count & 1) {
		fprintf(stderr, "quickfix: it takes a port and how many orders, an even number\n");
		return 1;
	}
	try {
		User user;
		FIX::MemoryStoreFactory stores;
		FIX::SocketInitiator initiator(user, stores, settings_of(argv[1]));
		const FIX::SessionID id("FIX.4.4", "QUICKFIX", "CONTEND");

		initiator.start();
		try {
			trade(user, id, count);
		} catch (...) {
			initiator.stop(true);
			throw;
		}
		initiator.stop();
	} catch (const std::exception &e) {
		fprintf(stderr, "quickfix: %s\n", e.what());
		return 2;
	}
	return 0;
}
