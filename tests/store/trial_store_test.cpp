#include "contract/forwarding_store.h"
#include "contract/trial_store_contract.h"
#include "nascent/store/memory_store.h"
#include "nascent/store/sqlite_store.h"
#include "support/temporary_folder.h"

namespace nascent::testing {
namespace {

/// A store together with the folder of its file.
class StoreInFolder : public ForwardingStore {
 public:
  explicit StoreInFolder(const StudyRecord& study) : store_(create_sqlite_store(folder_ / "study.db", study)) {}

 protected:
  TrialStore& inner() const override { return *store_; }
  TemporaryFolder folder_;
  std::unique_ptr<TrialStore> store_;
};

/// The same, opened anew before every call: nothing may live in the object only.
class ReopenedStore : public StoreInFolder {
 public:
  using StoreInFolder::StoreInFolder;

 private:
  TrialStore& inner() const override {
    again_.reset();
    again_ = open_sqlite_store(folder_ / "study.db");
    return *again_;
  }
  mutable std::unique_ptr<TrialStore> again_;
};

INSTANTIATE_TEST_SUITE_P(
    Stores, TrialStoreContract,
    ::testing::Values(
        StoreKind{"Memory", [](const StudyRecord& study) { return create_memory_store(study); }},
        StoreKind{"Sqlite", [](const StudyRecord& study) { return std::make_unique<StoreInFolder>(study); }},
        StoreKind{"SqliteReopened", [](const StudyRecord& study) { return std::make_unique<ReopenedStore>(study); }}),
    [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace nascent::testing
